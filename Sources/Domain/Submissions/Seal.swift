// A batch is taken only under a seal that one of the company's own keys has made of these very
// bytes, lately (docs/sealing.md).

package import Policies
package import Primitives
import Sealing

/// What came with a batch to show whose it is.
package struct Seal: Sendable, Equatable {
  /// As the sender gives it.
  package var keyFingerprint: String
  package var signature: [UInt8]

  package init(keyFingerprint: String, signature: [UInt8]) {
    self.keyFingerprint = keyFingerprint
    self.signature = signature
  }

  package static let maximumAgeSeconds = 24 * 3600
  /// The clocks of two machines may differ by so much.
  package static let maximumAheadSeconds = 5 * 60
}

/// Why a seal is refused, in the order it is checked. Each refusal is recorded: `SealRefused`.
package enum SealError: Refusal, Equatable {
  case required
  case malformed
  case keyUnknown
  case keyRevoked
  case keySuperseded
  case broken
  case tooOld
  case ahead

  package var kind: RefusalKind { self == .malformed ? .invalidArgument : .failedPrecondition }

  package var reason: String {
    switch self {
    case .required: "SEAL_REQUIRED"
    case .malformed: "SEAL_MALFORMED"
    case .keyUnknown: "SEAL_KEY_UNKNOWN"
    case .keyRevoked: "SEAL_KEY_REVOKED"
    case .keySuperseded: "SEAL_KEY_SUPERSEDED"
    case .broken: "SEAL_BROKEN"
    case .tooOld: "SEAL_TOO_OLD"
    case .ahead: "SEAL_AHEAD"
    }
  }

  package var field: String? {
    switch self {
    case .required, .malformed: "seal"
    case .keyUnknown, .keyRevoked, .keySuperseded: "seal.key_fingerprint"
    case .broken: "seal.signature"
    case .tooOld, .ahead: "batch.create_time"
    }
  }

  package var message: String {
    switch self {
    case .required:
      "This company's accounting system must seal what it submits; send a batch with a seal."
    case .malformed:
      "A seal has the key's fingerprint, 64 hexadecimal digits, and a signature of 64 bytes."
    case .keyUnknown:
      "The seal names a key that is not this company's; enter the company's own key."
    case .keyRevoked: "The seal's key was revoked; enter the company's new key."
    case .keySuperseded: "The seal's key was replaced by a new one; enter the company's new key."
    case .broken:
      "The seal does not fit the batch: another private key made it, or something was changed"
        + " since."
    case .tooOld: "The batch was sealed more than 24 hours ago; seal it anew."
    case .ahead: "The batch was sealed in the future; set the clock of the sending machine right."
    }
  }
}

/// A batch was refused for its seal.
package struct SealRefused: Sendable, Equatable {
  package var batchID: String
  /// `SealError.reason`.
  package var reason: String
  /// As the sender gave it; empty where that is no fingerprint.
  package var keyFingerprint: String
  /// SHA-256 of the bytes that the seal should have covered.
  package var digest: [UInt8]

  package init(batchID: String, reason: String, keyFingerprint: String, digest: [UInt8]) {
    self.batchID = batchID
    self.reason = reason
    self.keyFingerprint = keyFingerprint
    self.digest = digest
  }
}

package enum SealRules {
  /// Refuses a batch whose seal does not hold. `bytes`: what it must cover; `keys`: all of the
  /// company; `createTime`: of the batch, which the seal covers.
  package static func check(
    _ seal: Seal?, over bytes: [UInt8], createTime: Instant, keys: [SigningKey],
    requirement: CompanyPolicy.SealRequirement, at time: Instant
  ) throws(SealError) {
    guard let seal else {
      if requirement.demandsSeal(hasHadKey: !keys.isEmpty) { throw .required }
      return
    }
    guard SealingKey.isFingerprint(seal.keyFingerprint), seal.signature.count == 64 else {
      throw .malformed
    }
    guard let key = keys.first(where: { $0.publicKey.fingerprint == seal.keyFingerprint }) else {
      throw .keyUnknown
    }
    switch key.state(at: time) {
    case .revoked: throw .keyRevoked
    case .superseded: throw .keySuperseded
    case .current, .overlapping: break
    }
    guard key.publicKey.hasSigned(bytes, with: seal.signature) else { throw .broken }
    if createTime.adding(seconds: Seal.maximumAgeSeconds) < time { throw .tooOld }
    if time.adding(seconds: Seal.maximumAheadSeconds) < createTime { throw .ahead }
  }
}
