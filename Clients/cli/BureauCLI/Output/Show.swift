internal import BureauAPI
internal import Foundation
internal import Primitives
internal import SwiftProtobuf

/// How values of the API are shown to people.
enum Show {
  /// With its decimals and currency: `1250.00 SEK`.
  static func money(_ money: Bureau_V1_Money) -> String {
    guard !money.currencyCode.isEmpty else { return "" }
    guard let currency = try? Currency(money.currencyCode) else {
      return "\(money.minorUnits) minor units of \(money.currencyCode)"
    }
    return Money(minorUnits: money.minorUnits, currency: currency).description
  }

  /// RFC 3339 in UTC; empty where there is no time.
  static func time(_ time: Google_Protobuf_Timestamp) -> String {
    guard time.seconds != 0 || time.nanos != 0 else { return "" }
    let (micros, overflow) = time.seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return "" }
    return Instant(microseconds: micros + Int64(time.nanos / 1000)).rfc3339
  }

  /// As it is printed on paper.
  static func account(_ account: Bureau_V1_AccountNumber) -> String {
    let form = AccountForm(rawValue: state(account.form))
    guard let form, let number = try? AccountNumber(form: form, text: account.text) else {
      return account.text
    }
    return number.display
  }

  /// `KID 234567891`.
  static func reference(_ reference: Bureau_V1_PaymentReference) -> String {
    reference.text.isEmpty ? "" : "\(state(reference.type)) \(reference.text)"
  }

  /// The name of an enum's value, as the proto spells it; empty where unspecified.
  static func state(_ value: some SwiftProtobuf.Enum) -> String {
    value.rawValue == 0 ? "" : String(describing: value).upperSnake
  }

  /// The last part of a resource name: what commands take for it.
  static func id(_ name: String) -> String {
    String(name.split(separator: "/").last ?? "")
  }
}

extension SwiftProtobuf.Enum where Self: CaseIterable {
  /// The value that a person means: `in-doubt`, `IN_DOUBT`.
  init?(spoken text: String) {
    let name = text.replacing("-", with: "_").uppercased()
    guard let value = Self.allCases.first(where: { $0.rawValue != 0 && Show.state($0) == name })
    else { return nil }
    self = value
  }

  /// What `init(spoken:)` understands.
  static var spokenNames: [String] {
    allCases.filter { $0.rawValue != 0 }.map {
      Show.state($0).lowercased().replacing("_", with: "-")
    }
  }
}
