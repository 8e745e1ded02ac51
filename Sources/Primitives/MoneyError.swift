/// Why an amount or a currency is refused.
package enum MoneyError: Error, Equatable {
  case unknownCurrency(String)
  case mixedCurrencies(Currency, Currency)
  case overflow
  case malformed(String)
  case tooFine(String)

  /// What is wrong and how to mend it, for people.
  package var message: String {
    switch self {
    case .unknownCurrency(let code):
      "'\(code)' is not a currency in use: give three capital letters of ISO 4217, such as NOK"
    case .mixedCurrencies(let one, let other):
      "amounts in \(one) and \(other) cannot be added: keep each currency by itself"
    case .overflow:
      "the amount is too large to be counted"
    case .malformed(let text):
      "'\(text)' is not an amount: write digits with a point before the decimals, such as 1250.00"
    case .tooFine(let text):
      "'\(text)' has more decimals than its currency: round it to the smallest unit"
    }
  }
}
