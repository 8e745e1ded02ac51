// The values that pass between us and BankID. Those that hold secrets or a personal number print
// without them.

import Foundation
package import Primitives

/// How the text that a user signs is to be read.
package enum BankIDTextFormat: String, Hashable, Sendable {
  case plain
  case simpleMarkdown = "simpleMarkdownV1"
}

/// A new order: what is needed to show it and to follow it.
package struct BankIDOrder: Hashable, Sendable {
  package let orderRef: String
  /// Starts the app on the same device.
  package let autoStartToken: String
  package let qrStartToken: String
  /// Key of the QR codes; never leaves the server.
  package let qrStartSecret: String

  package init(
    orderRef: String, autoStartToken: String, qrStartToken: String, qrStartSecret: String
  ) {
    self.orderRef = orderRef
    self.autoStartToken = autoStartToken
    self.qrStartToken = qrStartToken
    self.qrStartSecret = qrStartSecret
  }

  /// The QR text `seconds` whole seconds after the order was made.
  package func qrText(seconds: Int) -> String {
    BankIDQR.text(token: qrStartToken, secret: qrStartSecret, seconds: seconds)
  }
}

extension BankIDOrder: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "BankIDOrder(\(orderRef))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["orderRef": orderRef]) }
}

/// What a collect tells. A failed or complete order tells it once, and is then gone.
package enum BankIDCollect: Hashable, Sendable {
  case pending(BankIDHint)
  case failed(BankIDHint)
  case complete(BankIDCompletion)
}

/// The result of an order that a person has carried out.
///
/// Nothing in it is proven until `EvidenceVerifier` has accepted it.
package struct BankIDCompletion: Hashable, Sendable {
  /// The answer exactly as received: store this before anything is decided on it.
  package let raw: [UInt8]
  package let orderRef: String
  package let personalNumber: PersonalNumber
  package let name: String
  package let givenName: String
  package let surname: String
  package let deviceIPAddress: String
  /// Base64, as received.
  package let signature: String
  /// Base64, as received.
  package let ocspResponse: String

  /// Reads a complete collect answer again, as stored.
  package init(raw: [UInt8]) throws(BankIDError) {
    guard let answer = try? JSONDecoder().decode(CollectAnswer.self, from: Data(raw)),
      answer.status == "complete", let data = answer.completionData,
      let number = try? PersonalNumber(data.user.personalNumber)
    else { throw .unreadableResult(raw: raw) }
    self.raw = raw
    orderRef = answer.orderRef
    personalNumber = number
    name = data.user.name
    givenName = data.user.givenName
    surname = data.user.surname
    deviceIPAddress = data.device.ipAddress
    signature = data.signature
    ocspResponse = data.ocspResponse
  }
}

extension BankIDCompletion: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "BankIDCompletion(\(orderRef), \(personalNumber))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["orderRef": orderRef]) }
}

// MARK: JSON

struct OrderRequest: Encodable {
  struct Requirement: Encodable {
    let personalNumber: String
  }

  let endUserIp: String
  let requirement: Requirement?
  let userVisibleData: String?
  let userVisibleDataFormat: String?
  let userNonVisibleData: String?
}

struct OrderReference: Codable {
  let orderRef: String
}

struct OrderAnswer: Decodable {
  let orderRef, autoStartToken, qrStartToken, qrStartSecret: String
}

struct CollectAnswer: Decodable {
  struct User: Decodable {
    let personalNumber, name, givenName, surname: String
  }
  struct Device: Decodable {
    let ipAddress: String
  }
  struct Completion: Decodable {
    let user: User
    let device: Device
    let signature, ocspResponse: String
  }

  let orderRef, status: String
  let hintCode: String?
  let completionData: Completion?
}

struct ErrorAnswer: Decodable {
  let errorCode: String
  let details: String?
}
