import Crypto
import Foundation
import Primitives
import Synchronization

@testable import Sandbox

/// A sandbox BankID that is called directly, with a clock that is turned by hand.
final class BankIDBench: Sendable {
  let sandbox: SandboxBankID
  let person = SandboxPerson.defaults[0]
  private let clock: Clock

  init() throws {
    let clock = Clock()
    self.clock = clock
    sandbox = SandboxBankID(authority: try Self.authority.get(), now: { clock.now })
  }

  private final class Clock: Sendable {
    private let time = Mutex(Instant(microseconds: 1_772_438_400_000_000))
    var now: Instant { time.withLock { $0 } }
    func turn(_ seconds: Int) { time.withLock { $0 = $0.adding(seconds: seconds) } }
  }

  private static let authority = Result { try SandboxAuthority(folder: folder) }
  private static let folder: String = {
    atexit { BankIDBench.removeFolder() }
    return FileManager.default.temporaryDirectory
      .appending(path: "sandbox-bankid-tests-\(UUID().uuidString)").path(percentEncoded: false)
  }()
  private static func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

  struct Answer {
    let status: Int
    let fields: [String: String]
    subscript(name: String) -> String? { fields[name] }
  }

  func turn(seconds: Int) { clock.turn(seconds) }

  func call(
    _ call: String, _ body: String, method: String = "POST", type: String? = "application/json"
  ) async -> Answer {
    await post("/rp/v6.0/" + call, body, method: method, type: type)
  }

  func post(
    _ path: String, _ body: String, method: String = "POST", type: String? = "application/json"
  ) async -> Answer {
    let answer = await sandbox.answer(
      method: method, path: path, contentType: type, body: Array(body.utf8))
    let object = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
    return Answer(
      status: answer.status, fields: (object ?? [:]).compactMapValues { $0 as? String })
  }

  func collect(_ reference: String) async -> Answer {
    await call("collect", #"{"orderRef":"\#(reference)"}"#)
  }

  static func qr(_ token: String, secret: String, seconds: Int) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data("\(seconds)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
    let hex = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "bankid.\(token).\(seconds).\(hex)"
  }
}
