/// A currency in use, by its alphabetic code (ISO 4217).
///
/// Metals, test codes and currencies withdrawn by 2026 are not in the table: nobody pays in them.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
  /// Three capital letters.
  package let code: String
  /// How many decimals the smallest unit has: 0, 2, 3 or 4.
  package let exponent: Int

  /// Refuses what is not the code of a currency in use; small letters are not mended.
  package init(_ code: String) throws(MoneyError) {
    guard let exponent = Self.exponents[code] else {
      throw .unknownCurrency(String(code.prefix(12)))
    }
    self.init(code: code, exponent: exponent)
  }

  /// A currency as it was kept: one that is out of use stays readable, with its decimals.
  package init(stored code: String) throws(MoneyError) {
    guard let exponent = Self.exponents[code] ?? Self.withdrawn[code] else {
      throw .unknownCurrency(String(code.prefix(12)))
    }
    self.init(code: code, exponent: exponent)
  }

  private init(code: String, exponent: Int) {
    self.code = code
    self.exponent = exponent
  }

  package static let nok = Currency(code: "NOK", exponent: 2)
  package static let sek = Currency(code: "SEK", exponent: 2)
  package static let dkk = Currency(code: "DKK", exponent: 2)
  package static let eur = Currency(code: "EUR", exponent: 2)
  package static let usd = Currency(code: "USD", exponent: 2)
  package static let gbp = Currency(code: "GBP", exponent: 2)
  package static let isk = Currency(code: "ISK", exponent: 0)
  package static let jpy = Currency(code: "JPY", exponent: 0)

  /// All currencies of the table, by code.
  package static let all: [Currency] = exponents.sorted { $0.key < $1.key }
    .map { Currency(code: $0.key, exponent: $0.value) }

  package var description: String { code }

  /// Codes that were once in the table below, with their decimals: whoever takes one out there puts
  /// it in here, for amounts of those days are kept for ever. A test holds both to a list that
  /// only grows.
  private static let withdrawn: [String: Int] = ["ANG": 2, "BGN": 2, "HRK": 2, "ZWL": 2]

  /// Every code that stored amounts may have.
  package static let everStored: [String: Int] = exponents.merging(withdrawn) { now, _ in now }

  // ISO 4217 list one, January 2026: ANG is XCG, BGN, HRK are EUR, ZWL is ZWG.
  private static let codesByExponent: [Int: String] = [
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD \
    CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD \
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB \
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW \
    ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
  ]

  private static let exponents: [String: Int] = {
    var table: [String: Int] = [:]
    for (exponent, codes) in codesByExponent {
      for code in codes.split(separator: " ") { table[String(code)] = exponent }
    }
    return table
  }()
}
