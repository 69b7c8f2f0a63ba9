# Loaded after shim.rb where a tree does not compile: what Puppet 3 accepted in the code that surrounds a service.
require 'puppet/pops'

# Names of variables began with any letter.
Puppet::Pops::Validation::Checker4_0.prepend(Module.new do
  def check_VariableExpression(o)
    super unless o.expr.is_a?(Puppet::Pops::Model::QualifiedName) && o.expr.value =~ /\A(?:::)?(?:\w+::)*[A-Z]\w*\z/
  end

  def check_variable_name?(*arguments)
    name = arguments.last.to_s
    name =~ /\A[A-Z]\w*\z/ ? true : super
  end
end)
module Puppet::Pops::Patterns
  any = %r{\A(?:::)?(?:[a-zA-Z]\w*::)*[a-zA-Z_]\w*\z}
  send(:remove_const, :VAR_NAME)
  const_set(:VAR_NAME, any)
end

# What stood left of `=~` was made a string.
Puppet::Pops::Evaluator::EvaluatorImpl.prepend(Module.new do
  def eval_MatchExpression(o, scope)
    left = evaluate(o.left_expr, scope)
    pattern = evaluate(o.right_expr, scope)
    return super unless pattern.is_a?(Regexp) && !left.is_a?(String)
    found = !pattern.match(left.to_s).nil?
    o.operator == '=~' ? found : !found
  end
end)

# Any statement function could be called without parentheses.
class Puppet::Pops::Model::Factory
  class << self
    alias puppet4_statement? name_is_statement?
    def name_is_statement?(name)
      puppet4_statement?(name) || %w[require_package create_resources validate_re].include?(name) || name.to_s.start_with?('validate_')
    end
  end
end

# The YAML writer that Puppet brought along.
class ZAML
  def self.dump(value)
    YAML.dump(value)
  end
end
module LostFiles
  GONE = %w[puppet/util/zaml puppet/util/zaml.rb puppet/util/puppetdb].freeze

  def require(path)
    super
  rescue LoadError
    raise unless GONE.include?(path)
    false
  end
end
Object.prepend(LostFiles)

# Templates saw the variables of whoever declared a resource, and a parameter that is undef hid those.
Puppet::Parser::Scope.prepend(Module.new do
  def to_hash(recursive = true, include_undef = false)
    all = recursive && @parent ? @parent.to_hash(recursive, true) : {}
    @ephemeral.last.add_entries_to(all, true)
    include_undef ? all : all.reject { |_, value| value.nil? }
  end
end)

# Numbers were strings.
Puppet::Parser::Functions.singleton_class.prepend(Module.new do
  def newfunction(name, options = {}, &block)
    made = super
    return made unless name.to_s == 'validate_re'
    functions = environment_module(Puppet.lookup(:current_environment))
    validate = functions.instance_method(:real_function_validate_re)
    functions.send(:define_method, :real_function_validate_re) do |arguments|
      validate.bind(self).call(arguments.map { |argument| argument.is_a?(Numeric) ? argument.to_s : argument })
    end
    made
  end
end)
