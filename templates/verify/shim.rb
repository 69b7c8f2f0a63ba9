# Loaded before Puppet: lets today's Puppet compile trees that were written for older ones.
#
# Nothing here makes a wrong manifest right: generated manifests are parsed and linted without it.
require 'puppet'
require 'puppet/pops'
require 'puppet/pops/loader/ruby_legacy_function_instantiator'
require 'puppet/parser/scope'
require 'puppet/util/autoload'
require 'yaml'

# Old-style functions may bring helper methods along, which Puppet 6 and later refuse without a word.
class Puppet::Pops::Loader::RubyLegacyFunctionInstantiator
  def self.assert_code(code, ref, result)
    head = code[/\A.*?(?=^\s*module Puppet::Parser|^\s*Puppet::Parser::Functions)/m]
    eval(head, TOPLEVEL_BINDING, ref.to_s) if head
    result << :found_newfunction
    true
  end
  private_class_method :assert_code
end

# A failure that is no StandardError ends the compiler without a message.
require 'puppet/face'
require 'puppet/indirector/catalog/compiler'
Puppet::Resource::Catalog::Compiler.prepend(Module.new do
  def find(request)
    super
  rescue StandardError
    raise
  rescue Exception => e
    raise Puppet::Error, "#{e.class}: #{e.message} (at #{e.backtrace.first})"
  end
end)

# Templates were written for a YAML reader that follows aliases.
module Psych
  class << self
    def load(yaml, **options)
      unsafe_load(yaml, **options.reject { |k, _| %i[permitted_classes permitted_symbols aliases].include?(k) })
    end
  end
end

# Ruby 3.2 dropped what functions of old trees call.
class File
  class << self
    alias exists? exist? unless method_defined?(:exists?)
  end
end
class Dir
  class << self
    alias exists? exist? unless method_defined?(:exists?)
  end
end

# The facts are those of the file; the machine is not asked, least of all by the tree's own code.
require 'puppet/facter_impl' if $LOAD_PATH.any? { |folder| File.file?(File.join(folder, 'puppet/facter_impl.rb')) }
if defined?(Puppet::FacterImpl)
  class Puppet::FacterImpl
    FIXED = { 'kernel' => 'Linux', 'operatingsystem' => 'Debian', 'osfamily' => 'Debian',
              'os.name' => 'Debian', 'os.family' => 'Debian' }.freeze

    def value(name)
      FIXED[name.to_s]
    end

    %i[search search_external load_external to_user_output].each do |name|
      define_method(name) { |*| nil } if method_defined?(name)
    end
  end
end

class Puppet::Parser::Scope
  def known_resource_types
    environment.known_resource_types
  end unless method_defined?(:known_resource_types)
end

# Every secret of the private repository is there, with a stand-in for its content; the database of hosts is empty.
STAND_IN = "ssh-ed25519 AAAA stand-in\n".freeze
require 'puppet/parser/functions'
Puppet::Parser::Functions.singleton_class.prepend(Module.new do
  def newfunction(name, options = {}, &block)
    case name.to_s
    when 'secret' then super(name, options) { |_arguments| STAND_IN }
    when /\Aquery_(nodes|resources|facts)\z/ then super(name, options) { |_arguments| [] }
    else super
    end
  end
end)
Puppet::Functions.singleton_class.prepend(Module.new do
  def create_function(name, *rest, &block)
    made = super
    made.send(:define_method, :secret) { |*_arguments| STAND_IN } if name.to_s == 'wmflib::secret'
    made
  end
end)

# Compiling runs no program of the machine and asks no name server.
require 'puppet/util/execution'
Puppet::Util::Execution.singleton_class.prepend(Module.new do
  def execute(*)
    Puppet::Util::Execution::ProcessOutput.new('', 0)
  end
end)
require 'resolv'
class Resolv::DNS
  def each_resource(name, typeclass)
    case typeclass.name
    when /::A\z/ then yield Resource::IN::A.new('192.0.2.1')
    when /::AAAA\z/ then yield Resource::IN::AAAA.new('2001:db8::1')
    when /::PTR\z/ then yield Resource::IN::PTR.new(Name.create('stand-in.example.'))
    end
  end
end
