# Finds `a::b::key` in PATH/a/b.yaml, and a key without a namespace in PATH.yaml, as the tree's own backend does.
require 'yaml'
require 'date'

Puppet::Functions.create_function(:'svcgen::expand_path') do
  dispatch :expand_path do
    param 'String[1]', :key
    param 'Struct[{path=>String[1]}]', :options
    param 'Puppet::LookupContext', :context
  end

  def expand_path(key, options, context)
    names = key.sub(/\A::/, '').split('::')[0...-1]
    path = "#{File.join(options['path'], *names)}.yaml"
    data = File.file?(path) ? context.cached_file_data(path) { |text| hash_of(text, path) } : {}
    found = [key, (key.split('::').last if short?(data))].find { |name| data.key?(name) }
    context.not_found unless found
    context.interpolate(data[found])
  end

  # The first such files named their keys without the namespace that the path tells already.
  def short?(data)
    data.keys.none? { |name| name.to_s.include?('::') }
  end

  def hash_of(text, path)
    data = YAML.safe_load(text, filename: path, aliases: true, permitted_classes: [Date, Time, Symbol])
    data.is_a?(Hash) ? data : {}
  end
end
