extension String {
  /// A number with zeros in front up to a width: dates, times and padded accounts.
  init(_ number: Int, width: Int) {
    let digits = String(number)
    self = String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}

extension Collection<UInt8> {
  /// Whether all bytes are ASCII digits, and there is one.
  var isDigits: Bool {
    !isEmpty && allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }

  /// Whether all bytes are capital ASCII letters, and there is one.
  var isCapitals: Bool {
    !isEmpty && allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
  }

  /// Whether all bytes are capital ASCII letters or digits, and there is one.
  var isCapitalsOrDigits: Bool {
    !isEmpty
      && allSatisfy {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
      }
  }

  /// The value of at most nine ASCII digits; nil for anything else.
  var number: Int? {
    guard isDigits, count <= 9 else { return nil }
    return reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
