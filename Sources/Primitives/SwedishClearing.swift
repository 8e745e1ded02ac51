/// A range of Swedish clearing numbers: whose it is, and how its accounts are checked.
///
/// From Bankgirot's account number table, which changes about yearly: data, not code.
struct SwedishClearing: Sendable {
  /// The comment types of the table.
  enum Check: Sendable {
    /// 1.1: mod 11 over the last three clearing digits and 7 account digits.
    case threeAndSeven
    /// 1.2: mod 11 over all four clearing digits and 7 account digits.
    case fourAndSeven
    /// 2.1: Luhn over 10 account digits.
    case luhnTen
    /// 2.2: mod 11 over 9 account digits.
    case mod11Nine
    /// 2.3: Luhn over up to 10 account digits; zeros in front may be left out.
    case luhnUpToTen
    /// As `luhnUpToTen`, but some old accounts break the check, so it only warns (8000–8999).
    case luhnAdvisory
  }

  let numbers: ClosedRange<Int>
  let bank: String
  let check: Check

  private init(_ numbers: ClosedRange<Int>, _ bank: String, _ check: Check) {
    self.numbers = numbers
    self.bank = bank
    self.check = check
  }

  static func range(of clearing: Int) -> SwedishClearing? {
    table.first { $0.numbers ~= clearing }
  }

  private static let table: [SwedishClearing] = [
    SwedishClearing(1100...1199, "Nordea", .threeAndSeven),
    SwedishClearing(1200...1399, "Danske Bank", .threeAndSeven),
    SwedishClearing(1400...2099, "Nordea", .threeAndSeven),
    SwedishClearing(2300...2399, "Ålandsbanken", .fourAndSeven),
    SwedishClearing(2400...2499, "Danske Bank", .threeAndSeven),
    SwedishClearing(3000...3299, "Nordea", .threeAndSeven),
    SwedishClearing(3300...3300, "Nordea", .luhnTen),
    SwedishClearing(3301...3399, "Nordea", .threeAndSeven),
    SwedishClearing(3400...3409, "Länsförsäkringar Bank", .threeAndSeven),
    SwedishClearing(3410...3781, "Nordea", .threeAndSeven),
    SwedishClearing(3782...3782, "Nordea", .luhnTen),
    SwedishClearing(3783...3999, "Nordea", .threeAndSeven),
    SwedishClearing(4000...4999, "Nordea", .fourAndSeven),
    SwedishClearing(5000...5999, "SEB", .threeAndSeven),
    SwedishClearing(6000...6999, "Handelsbanken", .mod11Nine),
    SwedishClearing(7000...7999, "Swedbank", .threeAndSeven),
    SwedishClearing(8000...8999, "Swedbank", .luhnAdvisory),
    SwedishClearing(9020...9029, "Länsförsäkringar Bank", .fourAndSeven),
    SwedishClearing(9060...9069, "Länsförsäkringar Bank", .threeAndSeven),
    SwedishClearing(9120...9124, "SEB", .threeAndSeven),
    SwedishClearing(9130...9149, "SEB", .threeAndSeven),
    SwedishClearing(9150...9169, "Skandiabanken", .fourAndSeven),
    SwedishClearing(9180...9189, "Danske Bank", .luhnTen),
    SwedishClearing(9190...9199, "DNB Bank", .fourAndSeven),
    SwedishClearing(9250...9259, "SBAB", .threeAndSeven),
    SwedishClearing(9260...9269, "DNB Bank", .fourAndSeven),
    SwedishClearing(9270...9279, "ICA Banken", .threeAndSeven),
    SwedishClearing(9280...9289, "Resurs Bank", .threeAndSeven),
    SwedishClearing(9300...9349, "Swedbank", .luhnTen),
    SwedishClearing(9500...9549, "Nordea/Plusgirot", .luhnUpToTen),
    SwedishClearing(9550...9569, "Avanza Bank", .fourAndSeven),
    SwedishClearing(9570...9579, "Sparbanken Syd", .luhnTen),
    SwedishClearing(9780...9789, "Klarna Bank", .fourAndSeven),
    SwedishClearing(9880...9889, "Riksgälden", .fourAndSeven),
    SwedishClearing(9890...9899, "Riksgälden", .luhnTen),
    SwedishClearing(9960...9969, "Nordea/Plusgirot", .luhnUpToTen),
  ]
}

extension SwedishClearing.Check {
  var accountLength: Int {
    switch self {
    case .threeAndSeven, .fourAndSeven: 7
    case .mod11Nine: 9
    case .luhnTen, .luhnUpToTen, .luhnAdvisory: 10
    }
  }

  var allowsShorter: Bool {
    switch self {
    case .luhnUpToTen, .luhnAdvisory: true
    default: false
    }
  }

  /// Whether the account, in its full length, fits its clearing number.
  func holds(clearing: String, account: String) -> Bool {
    let falling = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    switch self {
    case .threeAndSeven:
      let digits = (clearing.suffix(3) + account).utf8
      return CheckDigit.weightedSum(digits, fromRight: falling) % 11 == 0
    case .fourAndSeven:
      let digits = (clearing + account).utf8
      return CheckDigit.weightedSum(digits, fromRight: falling + [1]) % 11 == 0
    case .mod11Nine:
      return CheckDigit.weightedSum(account.utf8, fromRight: falling) % 11 == 0
    case .luhnTen, .luhnUpToTen, .luhnAdvisory:
      return CheckDigit.luhnHolds(account.utf8)
    }
  }
}
