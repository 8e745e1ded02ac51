/// The check digit algorithms of Nordic and international identifiers.
///
/// All work on ASCII: callers have made sure that only digits (for mod 97 also capital letters)
/// come in. Weights run from the right, because payloads differ in length.
package enum CheckDigit {
  /// Whether the last digit is right by Luhn (mod 10): weights 1, 2, 1, 2… from the right.
  package static func luhnHolds(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
    luhnSum(digits, firstWeight: 1) % 10 == 0
  }

  /// The Luhn digit (0 to 9) to append to a payload; its last digit has weight 2.
  package static func luhn(_ payload: some BidirectionalCollection<UInt8>) -> Int {
    (10 - luhnSum(payload, firstWeight: 2) % 10) % 10
  }

  private static func luhnSum(
    _ digits: some BidirectionalCollection<UInt8>, firstWeight: Int
  ) -> Int {
    var weight = firstWeight
    var sum = 0
    for digit in digits.reversed() {
      let product = Int(digit & 15) * weight
      sum += product > 9 ? product - 9 : product
      weight = 3 - weight
    }
    return sum
  }

  /// The mod 11 check (0 to 10) to append, weights 2 to 7 from the right; 10 has no digit.
  package static func mod11(_ payload: some BidirectionalCollection<UInt8>) -> Int {
    mod11(payload, weightsFromRight: [2, 3, 4, 5, 6, 7])
  }

  /// The mod 11 check (0 to 10) to append, with weights that repeat from the right.
  package static func mod11(
    _ payload: some BidirectionalCollection<UInt8>, weightsFromRight weights: [Int]
  ) -> Int {
    (11 - weightedSum(payload, fromRight: weights) % 11) % 11
  }

  /// Digits times weights, added; the weights repeat from the right.
  package static func weightedSum(
    _ digits: some BidirectionalCollection<UInt8>, fromRight weights: [Int]
  ) -> Int {
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
      sum += Int(digit & 15) * weights[place % weights.count]
    }
    return sum
  }

  /// The remainder by 97 of a text whose letters count A = 10 to Z = 35 (ISO 7064, mod 97-10).
  package static func mod97(_ text: some Sequence<UInt8>) -> Int {
    var remainder = 0
    for byte in text {
      if byte >= UInt8(ascii: "A") {
        remainder = (remainder * 100 + Int(byte - UInt8(ascii: "A")) + 10) % 97
      } else {
        remainder = (remainder * 10 + Int(byte & 15)) % 97
      }
    }
    return remainder
  }

  /// The two digits that make `prefix` + digits + `rest` hold, when the first four are moved last.
  static func mod97Digits(prefix: String, rest: String) -> String {
    String(98 - mod97(Array((rest + prefix + "00").utf8)), width: 2)
  }

  /// Whether mod 97 is 1 after the first four characters are moved last (IBAN, RF).
  static func mod97Holds(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return mod97(bytes.dropFirst(4) + bytes.prefix(4)) == 1
  }
}
