// The tabs of a first visit. GraphiQL names a tab after its operation.

const asVariables = (variables) => JSON.stringify(variables, null, 2);

export const exampleTabs = [
  {
    query: `# One number: what is known about it.
# Ctrl-Space lists the fields there are; the book
# on the left explains them. Integers come as
# strings: JSON numbers lose digits past 2^53 - 1.
query OneNumber {
  integer(value: 9007199254740993) {
    isPrime
    primality {
      verdict
      method
    }
    factorization {
      expression
    }
    neighbours(count: 2) {
      below
      above
      nearest
    }
    arithmetic {
      totient
      mobius
      divisorCount
    }
    divisors(first: 5) {
      nodes
      totalCount
    }
  }
}
`,
  },
  {
    query: `# A batch: many numbers in one request (see the
# variables below), answered in the order asked.
# One that is too hard costs no other its answer.
query BatchWithVariables($values: [BigInt!]!) {
  arePrime(values: $values)
  integers(values: $values) {
    value
    factorization {
      expression
    }
    nextPrime
    classes
  }
}
`,
    variables: asVariables({
      values: ['97', '561', '2147483647', '600851475143', '18446744073709551557'],
    }),
  },
  {
    query: `# A range: its primes by page, and as a whole.
# For the next page copy pageInfo.endCursor into
# the variable after.
query RangeWithPaging(
  $low: BigInt!
  $high: BigInt!
  $first: Int!
  $after: String
) {
  primeRange(low: $low, high: $high) {
    count
    primes(first: $first, after: $after) {
      nodes
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    gaps {
      mean
      maximum {
        start
        end
        length
        merit
      }
    }
    twins: constellations(offsets: [0, 2], first: 3) {
      totalCount
      nodes {
        primes
      }
    }
    histogram(buckets: 4) {
      low
      high
      count
    }
  }
}
`,
    variables: asVariables({ low: '1000000', high: '1010000', first: 10, after: null }),
  },
  {
    query: `# A progression: start, start + difference, ... up
# to the first term that is not prime (endedBy).
# Found in 2019, the second was the first known
# run of twenty-seven primes.
query Progression {
  ten: progression(start: 199, difference: 210) {
    length
    terms
    endedBy
  }
  twentySeven: progression(
    start: 224584605939537911
    difference: 18135696597948930
  ) {
    length
    terms
    endedBy
  }
}
`,
  },
];
