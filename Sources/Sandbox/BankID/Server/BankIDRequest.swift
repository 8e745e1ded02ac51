// Reads the bodies of the relying-party API as strictly as BankID does: what is not known is
// refused, so that a personal number at the top level (as before version 6) is not overlooked.

import Foundation
import NIOCore
import Primitives

/// A checked body of auth, sign, phone/auth or phone/sign.
struct BankIDRequest {
  let content: SigningContent
  let required: PersonalNumber?
  /// Nil in phone orders.
  let endUserIP: String?

  /// Which of the four order calls a body belongs to.
  struct Kind: Hashable {
    let function: SigningContent.Function
    let isPhone: Bool
  }

  /// Lengths of base64 text.
  static let signVisibleLength = 40_000
  static let signNonVisibleLength = 200_000
  static let authLength = 1_500

  private static let common: Set<String> = [
    "requirement", "userVisibleData", "userNonVisibleData", "userVisibleDataFormat",
  ]
  private static let online: Set<String> = common.union([
    "endUserIp", "returnUrl", "returnRisk", "app", "web",
  ])
  private static let phone: Set<String> = common.union(["personalNumber", "callInitiator"])
  private static let requirement: Set<String> = [
    "personalNumber", "pinCode", "mrtd", "cardReader", "certificatePolicies",
  ]

  init(_ body: [UInt8], _ kind: Kind) throws(BankIDRefusal) {
    let fields = try BankIDFields(body, known: kind.isPhone ? Self.phone : Self.online)
    let isSign = kind.function == .signing
    let visible = try fields.base64(
      "userVisibleData", upTo: isSign ? Self.signVisibleLength : Self.authLength)
    let nonVisible = try fields.base64(
      "userNonVisibleData", upTo: isSign ? Self.signNonVisibleLength : Self.authLength)
    if isSign, visible == nil { throw .invalid("Missing userVisibleData") }
    if let visible, String(validating: visible, as: UTF8.self) == nil {
      throw .invalid("Invalid userVisibleData: not UTF-8")
    }
    let format = try fields.string("userVisibleDataFormat")
    guard format == nil || format == "simpleMarkdownV1" else {
      throw .invalid("Invalid userVisibleDataFormat")
    }
    let requirement = try fields.object("requirement", known: Self.requirement)
    content = SigningContent(
      function: kind.function, visibleData: visible, visibleFormat: visible == nil ? nil : format,
      nonVisibleData: nonVisible)
    if kind.isPhone {
      guard let number = try fields.personalNumber() else {
        throw .invalid("Missing personalNumber")
      }
      let initiator = try fields.string("callInitiator")
      guard initiator == "user" || initiator == "RP" else {
        throw .invalid("Invalid callInitiator")
      }
      required = number
      endUserIP = nil
    } else {
      guard let address = try fields.string("endUserIp"),
        (try? SocketAddress(ipAddress: address, port: 0)) != nil
      else { throw .invalid("Missing or invalid endUserIp") }
      endUserIP = address
      required = try requirement?.personalNumber()
    }
  }

  /// Reads the body of collect and cancel.
  static func orderReference(_ body: [UInt8]) throws(BankIDRefusal) -> String {
    guard let reference = try BankIDFields(body, known: ["orderRef"]).string("orderRef"),
      UUID(uuidString: reference) != nil
    else { throw .invalid("Missing or invalid orderRef") }
    return reference
  }
}

/// The fields of one JSON object.
private struct BankIDFields {
  private let values: [String: Any]

  init(_ body: [UInt8], known: Set<String>) throws(BankIDRefusal) {
    guard let values = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
      throw .invalid("Invalid JSON body")
    }
    try self.init(values, known: known)
  }

  private init(_ values: [String: Any], known: Set<String>) throws(BankIDRefusal) {
    if let other = values.keys.first(where: { !known.contains($0) }) {
      throw .invalid("Unknown parameter \(other.prefix(40))")
    }
    self.values = values
  }

  func string(_ name: String) throws(BankIDRefusal) -> String? {
    guard let value = values[name] else { return nil }
    guard let text = value as? String, !text.isEmpty else { throw .invalid("Invalid \(name)") }
    return text
  }

  func base64(_ name: String, upTo length: Int) throws(BankIDRefusal) -> [UInt8]? {
    guard let text = try string(name) else { return nil }
    guard text.utf8.count <= length, let data = Data(base64Encoded: text), !data.isEmpty else {
      throw .invalid("Invalid \(name)")
    }
    return Array(data)
  }

  func object(_ name: String, known: Set<String>) throws(BankIDRefusal) -> BankIDFields? {
    guard let value = values[name] else { return nil }
    guard let inner = value as? [String: Any] else { throw .invalid("Invalid \(name)") }
    return try BankIDFields(inner, known: known)
  }

  func personalNumber() throws(BankIDRefusal) -> PersonalNumber? {
    guard let text = try string("personalNumber") else { return nil }
    guard text.utf8.count == 12, let number = try? PersonalNumber(text) else {
      throw .invalid("Invalid personalNumber")
    }
    return number
  }
}
