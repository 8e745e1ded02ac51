// Values that many fact messages share.

import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension ID {
  var data: Data { Data(bytes) }
}

extension Data {
  func id<Of>(_: Of.Type = Of.self) throws -> ID<Of> {
    guard let id = ID<Of>(bytes: self) else { throw UnreadableFact(what: "id") }
    return id
  }

  /// Empty: none.
  func optionalID<Of>(_: Of.Type = Of.self) throws -> ID<Of>? { isEmpty ? nil : try id() }
}

extension String {
  /// The case of `E` that this text names.
  func named<E: RawRepresentable<String>>(_: E.Type = E.self) throws -> E {
    guard let value = E(rawValue: self) else { throw UnreadableFact(what: "\(E.self)") }
    return value
  }

  func date() throws -> CalendarDate {
    guard let date = CalendarDate(iso: self) else { throw UnreadableFact(what: "date") }
    return date
  }
}

extension Int64 {
  var instant: Instant { Instant(microseconds: self) }
}

extension Money {
  var message: Bureau_Facts_V1_Money {
    .with {
      $0.minorUnits = minorUnits
      $0.currencyCode = currency.code
    }
  }

  init(_ message: Bureau_Facts_V1_Money) throws {
    self.init(minorUnits: message.minorUnits, currency: try Currency(stored: message.currencyCode))
  }
}

extension AccountNumber {
  var message: Bureau_Facts_V1_Account {
    .with {
      $0.form = form.rawValue
      $0.text = text
    }
  }

  init(_ message: Bureau_Facts_V1_Account) throws {
    try self.init(stored: message.form.named(), text: message.text)
  }
}

extension PaymentReference {
  var message: Bureau_Facts_V1_Reference {
    .with {
      $0.type = type.rawValue
      $0.text = text
    }
  }

  init(_ message: Bureau_Facts_V1_Reference) throws {
    try self.init(type: message.type.named(), text: message.text)
  }
}
