import Domain
import Facts
import Foundation
import Primitives
import Sealing
import SwiftProtobuf

extension SigningKeyCreated {
  var message: Bureau_Facts_V1_SigningKeyCreated {
    .with {
      $0.signingKey = key.id.data
      $0.number = Int32(key.number)
      $0.publicKey = Data(key.publicKey.bytes)
      $0.maker = key.maker.rawValue
      $0.createTimeUs = key.createTime.microseconds
      if let replaced {
        $0.replaced = replaced.key.data
        $0.replacedEndTimeUs = replaced.endTime.microseconds
      }
    }
  }

  init(_ m: Bureau_Facts_V1_SigningKeyCreated) throws {
    self.init(
      key: SigningKey(
        id: try m.signingKey.id(), number: Int(m.number),
        publicKey: SealingKey(stored: Array(m.publicKey)), maker: try m.maker.named(),
        createTime: m.createTimeUs.instant),
      replaced: try m.replaced.optionalID().map { ($0, m.replacedEndTimeUs.instant) })
  }
}

extension SigningKeyRevoked {
  var message: Bureau_Facts_V1_SigningKeyRevoked {
    .with {
      $0.signingKey = key.data
      $0.revokeTimeUs = revokeTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_SigningKeyRevoked) throws {
    self.init(key: try m.signingKey.id(), revokeTime: m.revokeTimeUs.instant)
  }
}
