/// An exact amount in the smallest unit of its currency (øre, öre, cent). Never a float.
package struct Money: Hashable, Sendable, CustomStringConvertible {
  package let minorUnits: Int64
  package let currency: Currency

  package init(minorUnits: Int64, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// The longest amount text that is read, in bytes.
  package static let maximumTextLength = 24

  /// Reads the decimal text of XML (xs:decimal) exactly: "1250", "1250.5", "-0.05", "+1250.000".
  ///
  /// Zeros beyond the currency's decimals are dropped; anything finer is refused, never rounded.
  package init(decimal text: String, currency: Currency) throws(MoneyError) {
    guard text.utf8.count <= Self.maximumTextLength else {
      throw .malformed(String(text.prefix(Self.maximumTextLength)) + "…")
    }
    var rest = Substring(text).utf8
    let negative = rest.first == UInt8(ascii: "-")
    if negative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var units: Int64 = 0
    var digits = 0
    var decimals: Int?
    for byte in rest {
      if byte == UInt8(ascii: "."), decimals == nil {
        decimals = 0
        continue
      }
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { throw .malformed(text) }
      let digit = Int64(byte - UInt8(ascii: "0"))
      digits += 1
      if let seen = decimals {
        if seen == currency.exponent {
          guard digit == 0 else { throw .tooFine(text) }
          continue
        }
        decimals = seen + 1
      }
      units = try Self.append(digit, to: units, negative: negative)
    }
    guard digits > 0 else { throw .malformed(text) }
    for _ in (decimals ?? 0)..<currency.exponent {
      units = try Self.append(0, to: units, negative: negative)
    }
    self.init(minorUnits: units, currency: currency)
  }

  // Counts downwards for a negative amount, so that the smallest Int64 can be read too.
  private static func append(
    _ digit: Int64, to units: Int64, negative: Bool
  ) throws(MoneyError) -> Int64 {
    let (shifted, overflow) = units.multipliedReportingOverflow(by: 10)
    let (sum, carry) = shifted.addingReportingOverflow(negative ? -digit : digit)
    guard !overflow, !carry else { throw .overflow }
    return sum
  }

  package static func nok(_ minorUnits: Int64) -> Money {
    Money(minorUnits: minorUnits, currency: .nok)
  }

  package static func sek(_ minorUnits: Int64) -> Money {
    Money(minorUnits: minorUnits, currency: .sek)
  }

  package static func eur(_ minorUnits: Int64) -> Money {
    Money(minorUnits: minorUnits, currency: .eur)
  }

  package static func zero(_ currency: Currency) -> Money {
    Money(minorUnits: 0, currency: currency)
  }

  package var isPositive: Bool { minorUnits > 0 }

  package func adding(_ other: Money) throws(MoneyError) -> Money {
    guard currency == other.currency else { throw .mixedCurrencies(currency, other.currency) }
    let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
    guard !overflow else { throw .overflow }
    return Money(minorUnits: sum, currency: currency)
  }

  package func subtracting(_ other: Money) throws(MoneyError) -> Money {
    guard currency == other.currency else { throw .mixedCurrencies(currency, other.currency) }
    let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
    guard !overflow else { throw .overflow }
    return Money(minorUnits: difference, currency: currency)
  }

  /// The amount with all decimals of its currency and a point: "1250.00", "-0.05", "1250" (ISK).
  package var decimalText: String {
    var digits = String(minorUnits.magnitude)
    if currency.exponent > 0 {
      let missing = currency.exponent + 1 - digits.utf8.count
      if missing > 0 { digits = String(repeating: "0", count: missing) + digits }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -currency.exponent))
    }
    return minorUnits < 0 ? "-" + digits : digits
  }

  /// "1250.00 NOK".
  package var description: String { "\(decimalText) \(currency)" }
}
