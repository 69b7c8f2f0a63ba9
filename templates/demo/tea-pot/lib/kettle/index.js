'use strict';

module.exports = (degrees) => degrees >= 70;
