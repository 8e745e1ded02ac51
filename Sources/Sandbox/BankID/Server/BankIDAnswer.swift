import Foundation
import Primitives

/// One HTTP answer of the sandbox's relying-party API.
struct BankIDAnswer: Sendable {
  var status: Int
  var retryAfterSeconds: Int?
  var body: [UInt8]

  private init(status: Int, _ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.status = status
    // These values are strings only, which always encode.
    body = Array((try? encoder.encode(value)) ?? Data("{}".utf8))
  }

  init(_ refusal: BankIDRefusal) {
    self.init(
      status: refusal.status, ["errorCode": refusal.errorCode, "details": refusal.details])
  }

  static let empty = BankIDAnswer(status: 200, [String: String]())

  /// The answer to auth and sign; phone orders have no QR and no start token.
  static func ordered(_ order: SandboxOrder) -> BankIDAnswer {
    if order.isPhone { return BankIDAnswer(status: 200, ["orderRef": order.reference]) }
    return BankIDAnswer(
      status: 200,
      [
        "orderRef": order.reference, "autoStartToken": order.autoStartToken,
        "qrStartToken": order.qrStartToken, "qrStartSecret": order.qrStartSecret,
      ])
  }

  static func collected(_ order: SandboxOrder) -> BankIDAnswer {
    var answer = Collected(orderRef: order.reference, status: "pending")
    switch order.state {
    case .pending(let hint): answer.hintCode = hint.rawValue
    case .failed(let hint, _):
      answer.status = "failed"
      answer.hintCode = hint.rawValue
    case .complete(let person, let evidence, _):
      answer.status = "complete"
      answer.completionData = Collected.Completion(
        user: .init(
          personalNumber: person.personalNumber.digits, name: person.name,
          givenName: person.givenName, surname: person.surname),
        device: .init(ipAddress: order.endUserIP ?? "127.0.0.1", uhi: "sandbox-device"),
        bankIdIssueDate: "2020-01-01", signature: evidence.signature,
        ocspResponse: evidence.ocspResponse)
    }
    return BankIDAnswer(status: 200, answer)
  }

  private struct Collected: Encodable {
    struct User: Encodable {
      let personalNumber, name, givenName, surname: String
    }
    struct Device: Encodable {
      let ipAddress, uhi: String
    }
    struct Completion: Encodable {
      let user: User
      let device: Device
      let bankIdIssueDate, signature, ocspResponse: String
    }

    let orderRef: String
    var status: String
    var hintCode: String?
    var completionData: Completion?
  }
}
