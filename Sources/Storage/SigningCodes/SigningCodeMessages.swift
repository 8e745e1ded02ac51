import Domain
import Facts
import SwiftProtobuf

extension SigningCodeFailed {
  var message: Bureau_Facts_V1_SigningCodeFailed {
    .with {
      $0.user = user.data
      $0.code = code.data
      $0.reason = reason
      $0.triesLeft = Int32(clamping: triesLeft)
    }
  }

  init(_ m: Bureau_Facts_V1_SigningCodeFailed) throws {
    self.init(
      user: try m.user.id(), code: try m.code.id(), reason: m.reason, triesLeft: Int(m.triesLeft))
  }
}
