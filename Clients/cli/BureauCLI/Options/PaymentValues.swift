internal import ArgumentParser
internal import BureauAPI
internal import Primitives
internal import SwiftProtobuf

/// A bank account as it is typed: `NO_BBAN:86011117947`, or without a form where it is plain.
struct AccountText: ExpressibleByArgument {
  let number: Bureau_V1_AccountNumber

  static let help = ArgumentHelp(
    "The account: an IBAN, 11 digits (Norway), or FORM:NUMBER with iban, no-bban, se-bankgiro, "
      + "se-plusgiro, se-bban.", valueName: "account")

  init?(argument: String) {
    if let colon = argument.firstIndex(of: ":") {
      guard let form = Bureau_V1_AccountNumber.Form(spoken: String(argument[..<colon])) else {
        return nil
      }
      number = .with {
        $0.form = form
        $0.text = String(argument[argument.index(after: colon)...])
      }
      return
    }
    // The check digits tell an IBAN and a Norwegian account; Swedish numbers need their form.
    let forms: [(AccountForm, Bureau_V1_AccountNumber.Form)] = [
      (.iban, .iban), (.norwegian, .noBban),
    ]
    for (form, name) in forms {
      if let account = try? AccountNumber(form: form, text: argument) {
        number = .with {
          $0.form = name
          $0.text = account.text
        }
        return
      }
    }
    return nil
  }
}

/// A payment reference as it is typed: `kid:234567891`, `message:Invoice 7`.
struct ReferenceText: ExpressibleByArgument {
  let reference: Bureau_V1_PaymentReference

  init?(argument: String) {
    guard let colon = argument.firstIndex(of: ":"),
      let type = Bureau_V1_PaymentReference.TypeEnum(spoken: String(argument[..<colon]))
    else { return nil }
    reference = .with {
      $0.type = type
      $0.text = String(argument[argument.index(after: colon)...])
    }
  }
}

/// An amount as it is typed: `1250.00 NOK`.
struct AmountText: ExpressibleByArgument {
  let money: Bureau_V1_Money

  init?(argument: String) {
    let parts = argument.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, let currency = try? Currency(String(parts[1])),
      let amount = try? Money(decimal: String(parts[0]), currency: currency)
    else { return nil }
    money = .with {
      $0.minorUnits = amount.minorUnits
      $0.currencyCode = currency.code
    }
  }
}

/// A state of payments as it is typed: `in-doubt`.
struct PaymentStateName: ExpressibleByArgument {
  let state: Bureau_V1_Payment.State

  init?(argument: String) {
    guard let state = Bureau_V1_Payment.State(spoken: argument) else { return nil }
    self.state = state
  }

  static var allValueStrings: [String] { Bureau_V1_Payment.State.spokenNames }
}
