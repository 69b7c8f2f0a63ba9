# Reads files as Ruby reads them: ERB templates have to be Ruby, and changed YAML has to say what was meant.
#
# ruby check.rb REQUEST; the request is a JSON list of files, the answer on stdout a JSON list of findings.
require 'date'
require 'erb'
require 'json'
require 'yaml'

def load_yaml(text)
  plain(YAML.safe_load(text, aliases: true, permitted_classes: [Date, Time, Symbol]))
end

# The value as JSON would hold it; what JSON has no form for names its class.
def plain(value)
  case value
  when Hash then value.to_h { |key, item| [key.to_s, plain(item)] }
  when Array then value.map { |item| plain(item) }
  when String, Integer, Float, true, false, nil then value
  else "#{value.class} #{value}"
  end
end

def template(file)
  source = ERB.new(file['text'], trim_mode: '-').src
  # The source begins with a line of its own.
  RubyVM::InstructionSequence.compile(source, 'template', 'template', 0)
  []
rescue SyntaxError => e
  found = e.message.lines.map(&:strip).grep(/\Atemplate:\d+: /)
  found = ["template:1: #{e.message}"] if found.empty?
  found.map { |line| { 'line' => line[/\d+/].to_i, 'message' => line.sub(/\Atemplate:\d+: /, '') } }
end

def yaml(file)
  before = begin
    load_yaml(file['before'])
  rescue StandardError
    return []
  end
  after = load_yaml(file['after'])
  findings = file['changes'].filter_map do |keys, meant|
    read = keys.empty? ? after : after.dig(*keys)
    { 'keys' => keys, 'message' => "is read as #{read.to_json}, not as #{meant.to_json}" } unless read == meant
  end
  return findings unless findings.empty?
  file['changes'].each { |keys, meant| before = set(before, keys, meant) }
  file['removed'].each { |keys| remove(before, keys) }
  before == after ? [] : [{ 'message' => 'is not the old document with the change that was meant' }]
rescue Psych::SyntaxError => e
  [{ 'line' => e.line, 'message' => [e.problem, e.context].compact.join(' ') }]
rescue StandardError => e
  [{ 'message' => e.message }]
end

def set(document, keys, value)
  return value if keys.empty?
  document = {} unless document.is_a?(Hash)
  document[keys.first] = set(document[keys.first], keys.drop(1), value)
  document
end

def remove(document, keys)
  holder = keys.size > 1 ? document.dig(*keys[0...-1]) : document
  holder.delete(keys.last) if holder.is_a?(Hash)
end

files = JSON.parse(File.read(ARGV.fetch(0)))
findings = files.flat_map do |file|
  (file['kind'] == 'erb' ? template(file) : yaml(file)).map { |finding| finding.merge('path' => file['path']) }
end
puts JSON.generate(findings)
