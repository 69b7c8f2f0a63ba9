# Stands for the database of hosts, which is empty.
Puppet::Functions.create_function(:puppetdb_query) do
  dispatch :query do
    param 'Any', :query
  end

  def query(_query)
    []
  end
end
