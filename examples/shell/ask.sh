#!/bin/sh
# Ask the Prime Math API with nothing but curl and sha256sum.
set -eu
url=${GRAPHQL_URL:-http://localhost:8000/graphql}
json='Content-Type: application/json'

ask() { # ask CURL_OPTION...
    curl --silent --show-error --header 'Accept: application/graphql-response+json' "$@" "$url"
    echo
}

# A query by GET, whose answer can be cached. Integers are strings of digits, of any length.
ask --get --data-urlencode 'query={ integer(value: "18446744073709551557") { isPrime nextPrime } }'

# A batch: the query stays as it is, the integers are variables.
hundred_digits=1$(printf '%096d' 0)289
ask --header "$json" --data '{
  "query": "query ($values: [BigInt!]!) { integers(values: $values) { value nextPrime } }",
  "variables": {"values": ["18446744073709551557", "'"$hundred_digits"'"]}
}'

# A query by its hash. A server that has not seen it says PERSISTED_QUERY_NOT_FOUND; a POST of query
# and hash makes it known. (This query has no character that JSON would want escaped.)
query='query Next($value: BigInt!) { integer(value: $value) { nextPrime } }'
hash=$(printf %s "$query" | sha256sum | cut -d' ' -f1)
extensions='{"persistedQuery": {"version": 1, "sha256Hash": "'"$hash"'"}}'
variables='{"value": "'"$hundred_digits"'"}'
ask_by_hash() {
    ask --get --data-urlencode "extensions=$extensions" --data-urlencode "variables=$variables"
}
ask_by_hash
ask --header "$json" --data '{
  "query": "'"$query"'",
  "extensions": '"$extensions"',
  "variables": '"$variables"'
}'
ask_by_hash

# A mistake: what is wrong is at errors[].extensions.code.
ask --header "$json" --data '{"query": "{ primeRange(low: 10, high: 1) { count } }"}'
