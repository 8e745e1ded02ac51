import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension BatchSubmitted {
  var message: Bureau_Facts_V1_BatchSubmitted {
    .with {
      $0.batch = batch.data
      $0.batchID = batchID
      $0.digest = Data(digest)
      $0.contentDigest = Data(contentDigest)
      $0.keyFingerprint = seal?.keyFingerprint ?? ""
      $0.signature = Data(seal?.signature ?? [])
      $0.outcomes = outcomes.map(\.message)
    }
  }

  init(_ m: Bureau_Facts_V1_BatchSubmitted) throws {
    self.init(
      batch: try m.batch.id(), batchID: m.batchID, digest: Array(m.digest),
      contentDigest: Array(m.contentDigest),
      seal: m.keyFingerprint.isEmpty
        ? nil : Seal(keyFingerprint: m.keyFingerprint, signature: Array(m.signature)),
      outcomes: try m.outcomes.map { try BatchOutcome($0) })
  }
}

extension BatchOutcome {
  var message: Bureau_Facts_V1_BatchOutcome {
    .with {
      switch self {
      case .payment(let payment): $0.payment = payment.data
      case .refused(let refusal):
        $0.kind = refusal.kind.rawValue
        $0.reason = refusal.reason
        $0.field = refusal.field ?? ""
        $0.message = refusal.message
      }
    }
  }

  init(_ m: Bureau_Facts_V1_BatchOutcome) throws {
    if let payment = try m.payment.optionalID(Payment.self) {
      self = .payment(payment)
    } else {
      self = .refused(
        RecordedRefusal(
          kind: try m.kind.named(), reason: m.reason, field: m.field.isEmpty ? nil : m.field,
          message: m.message))
    }
  }
}

extension SealRefused {
  var message: Bureau_Facts_V1_SealRefused {
    .with {
      $0.batchID = batchID
      $0.reason = reason
      $0.keyFingerprint = keyFingerprint
      $0.digest = Data(digest)
    }
  }

  init(_ m: Bureau_Facts_V1_SealRefused) {
    self.init(
      batchID: m.batchID, reason: m.reason, keyFingerprint: m.keyFingerprint,
      digest: Array(m.digest))
  }
}
