//! What people edit in the trees, and what becomes of the model.

/// What people edit meanwhile: file, what stands there, what they make of it.
pub(super) const EDITS: &[(&str, &str, &str)] = &[
    // A comment at the end of a file that is svcgen's, and one above a line of it.
    (
        "vagrant/puppet/modules/trendingedits/manifests/init.pp",
        "\n\n}\n",
        "\n\n    # The end.\n}\n",
    ),
    (
        "vagrant/puppet/modules/role/manifests/trendingedits.pp",
        "    include ::trendingedits\n",
        "    include ::trendingedits\n    include ::wiki\n",
    ),
    (
        "puppet/modules/profile/manifests/trendingedits.pp",
        "#   What someone tunes by hand.\n",
        "#   What someone tunes by hand.\n#   It is ours, and we watch it.\n",
    ),
    (
        "puppet/modules/role/manifests/trendingedits.pp",
        "class role::trendingedits {\n",
        "class role::trendingedits {\n    # First things first.\n",
    ),
    // Values that are tuned, and entries of others.
    (
        "vagrant/puppet/hieradata/common.yaml",
        "trendingedits::tuned: six\n",
        "trendingedits::tuned: sixty # more\n",
    ),
    (
        "puppet/hieradata/role/common/trendingedits.yaml",
        "profile::trendingedits::tuned: five\n",
        "profile::trendingedits::tuned: fifty # more\n# The rest is ours.\nours::key: 1\n",
    ),
    (
        "puppet/hieradata/role/common/deployment_server/kubernetes.yaml",
        "  tools/statistics:\n",
        "  # Someone else's.\n  tools/statistics:\n",
    ),
    (
        "deploy/scap/targets",
        "trending1002",
        "# rack A\ntrending1009.north.farm.example # by hand\ntrending1002",
    ),
    (
        "deploy/scap/scap.cfg",
        "git_submodules: True\n",
        "git_submodules: True\n# Slow disks.\nconfig_deploy_timeout: 90\n",
    ),
    (
        "source/package.json",
        "\"engines\": {",
        "\"private\": true,\n  \"engines\": {",
    ),
];

/// Twenty and more changes of the model: what is changed, and texts that are replaced in it.
pub(super) const CHANGES: &[(&str, &[(&str, &str)])] = &[
    ("another port", &[("port: 6699", "port: 6700")]),
    (
        "another description",
        &[(
            "Computes the list of currently trending",
            "Lists the currently trending",
        )],
    ),
    (
        "a description of two paragraphs",
        &[("stream of edits.\n", "stream of edits.\n\n  It is fast.\n")],
    ),
    (
        "one more parameter",
        &[(
            "    - name: tuned\n",
            "    - {name: extra, type: Boolean, default: true, description: One more.}\n    - name: tuned\n",
        )],
    ),
    (
        "one more that is required",
        &[(
            "    - name: tuned\n",
            "    - {name: extra, type: Integer, value: {production: 3, vagrant: 4}, description: One more.}\n    - name: tuned\n",
        )],
    ),
    (
        "a parameter less",
        &[(
            "    - name: max_age\n      type: Integer\n      default: 86400\n      description: Seconds after which an edit no longer counts.\n",
            "",
        )],
    ),
    (
        "a required parameter less",
        &[(
            "    - name: broker_list\n      description: Comma-separated list of Kafka broker URIs.\n      value: {production: 'kafka1001.north.farm.example:9092', vagrant: '127.0.0.1:9092'}\n",
            "",
        )],
    ),
    (
        "a parameter renamed",
        &[("name: broker_list", "name: brokers")],
    ),
    (
        "another type",
        &[(
            "type: Integer\n      default: 86400",
            "type: String\n      default: a day",
        )],
    ),
    (
        "a default that becomes required",
        &[(
            "      default: 86400\n",
            "      value: {production: 3600, vagrant: 60}\n",
        )],
    ),
    (
        "a required one that gets a default",
        &[(
            "      value: {production: 'kafka1001.north.farm.example:9092', vagrant: '127.0.0.1:9092'}\n",
            "      default: 'localhost:9092'\n",
        )],
    ),
    ("another default", &[("default: 86400", "default: 3600")]),
    (
        "another value",
        &[
            ("kafka1001.north", "kafka1002.north"),
            ("127.0.0.1:9092", "127.0.0.1:9093"),
        ],
    ),
    (
        "another description of a parameter",
        &[("Seconds after which", "The seconds after which")],
    ),
    (
        "a secret",
        &[(
            "URIs.\n      value: {production: 'kafka1001.north.farm.example:9092', vagrant: '127.0.0.1:9092'}",
            "URIs.\n      secret: true",
        )],
    ),
    (
        "a template",
        &[("config:\n", "config:\n  style: template\n")],
    ),
    (
        "configuration by scap",
        &[("config:\n", "config:\n  style: scap\n")],
    ),
    (
        "an environment variable",
        &[(
            "config:\n",
            "config:\n  environment: {UV_THREADPOOL_SIZE: 16}\n",
        )],
    ),
    (
        "a host more and one less",
        &[("trending[1001-1003].north", "trending[1002-1004].north")],
    ),
    (
        "a group more",
        &[(
            "    - {name: default,",
            "    - {name: middle, hosts: [trending3001.north.farm.example], size: 1}\n    - {name: default,",
        )],
    ),
    (
        "a group less",
        &[(
            "    - {name: canary, hosts: [trending2001.south.farm.example]}\n",
            "",
        )],
    ),
    (
        "a group size",
        &[(
            "farm.example']}",
            "farm.example'], size: 2, failure_limit: 1}",
        )],
    ),
    (
        "another check",
        &[(
            "deploy:\n",
            "deploy:\n  checks:\n    - {name: lag, type: command, after: promote, command: 'check_lag 5', timeout: 20}\n",
        )],
    ),
    (
        "no check",
        &[("runtime: {healthcheck: {spec: true}}\n", "")],
    ),
    (
        "another health check",
        &[(
            "{healthcheck: {spec: true}}",
            "{healthcheck: {url: /health}}",
        )],
    ),
    (
        "a log level",
        &[("runtime: {", "runtime: {log_level: warn, ")],
    ),
    (
        "another version of Node",
        &[("runtime: {", "runtime: {node_version: '18', ")],
    ),
    (
        "another argument",
        &[("runtime: {", "runtime: {extra: {heap_limit: 512}, ")],
    ),
    (
        "an environment",
        &[(
            "deploy:\n",
            "environments:\n  staging:\n    domain: staging.west1.cloud\n    groups: [{name: default, hosts: [trending-1.staging.west1.cloud]}]\ndeploy:\n",
        )],
    ),
    (
        "another key of the repository",
        &[(
            "config:\n",
            "repositories: {key: trending/deploy}\nconfig:\n",
        )],
    ),
    (
        "another source repository",
        &[(
            "config:\n",
            "repositories: {source: wiki/trending}\nconfig:\n",
        )],
    ),
    (
        "memory",
        &[("config:\n", "vagrant: {memory: 1024}\nconfig:\n")],
    ),
    (
        "no forwarded port",
        &[("config:\n", "vagrant: {forward_port: false}\nconfig:\n")],
    ),
    (
        "another owner",
        &[(
            "{name: Ada Example, shell: ada}",
            "{name: Bob Example, shell: bob}",
        )],
    ),
    (
        "another deploy user",
        &[("deploy:\n", "deploy:\n  user: deploy-trending\n")],
    ),
    (
        "a timeout",
        &[("deploy:\n", "deploy:\n  service_timeout: 300\n")],
    ),
    (
        "more revisions",
        &[("deploy:\n", "deploy:\n  cache_revisions: 9\n")],
    ),
    (
        "other dependencies",
        &[(
            "{debian: [librdkafka-dev]}",
            "{debian: [libfoo-dev], ubuntu: [libbar-dev]}",
        )],
    ),
    (
        "another target",
        &[("build: {", "build: {target: ubuntu, node: '20', ")],
    ),
    (
        "much at once",
        &[
            ("port: 6699", "port: 6700"),
            ("name: max_age", "name: age"),
            ("config:\n", "config:\n  style: template\n"),
            ("kafka1001.north", "kafka1002.north"),
            ("trending[1001-1003].north", "trending[1002-1004].north"),
            (
                "runtime: {",
                "runtime: {log_level: warn, node_version: '18', ",
            ),
        ],
    ),
];
