/// Invented numbers with right check digits.
package enum Numbers {
  /// The `n`th Norwegian account number: MOD11 over ten digits.
  package static func norwegianAccount(_ n: Int) -> String {
    checked([5, 4, 3, 2, 7, 6, 5, 4, 3, 2], prefix: "1503", n, digits: 10)
  }

  /// The `n`th Norwegian organisation number: MOD11 over eight digits.
  package static func organisation(_ n: Int) -> String {
    checked([3, 2, 7, 6, 5, 4, 3, 2], prefix: "91", n, digits: 8)
  }

  /// A KID with its MOD10 check digit.
  package static func kid(_ n: Int) -> String {
    let body = padded(n, to: 9)
    return body + mod10(body)
  }

  /// The `n`th Swedish personal number of twenty, all of test serials.
  package static func swedishPerson(_ n: Int) -> String {
    let body = "9001\(padded(n, to: 2))\(979 + n)"
    return "19" + body + mod10(body)
  }

  private static func mod10(_ body: String) -> String {
    let sum = body.reversed().enumerated().reduce(0) { sum, digit in
      let value = (digit.element.wholeNumberValue ?? 0) * (digit.offset.isMultiple(of: 2) ? 2 : 1)
      return sum + value / 10 + value % 10
    }
    return String((10 - sum % 10) % 10)
  }

  /// The number with another last digit: its check digit is wrong.
  package static func wrong(_ number: String) -> String {
    let last = number.last?.wholeNumberValue ?? 0
    return number.dropLast() + String((last + 1) % 10)
  }

  private static func padded(_ n: Int, to digits: Int) -> String {
    let text = String(n)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The `n`th number whose check digit exists; MOD11 has none where the rest is one.
  private static func checked(_ weights: [Int], prefix: String, _ n: Int, digits: Int) -> String {
    var found = 0
    for candidate in 1... {
      let body = prefix + padded(candidate, to: digits - prefix.count)
      let sum = zip(body, weights).reduce(0) { $0 + ($1.0.wholeNumberValue ?? 0) * $1.1 }
      let digit = (11 - sum % 11) % 11
      if digit == 10 { continue }
      found += 1
      if found == n { return body + String(digit) }
    }
    return ""
  }
}
