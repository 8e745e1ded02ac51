import Connectors
import Foundation
import Logging
import Primitives
import Sandbox
import Synchronization

/// A clock that stands still until it is turned.
final class TurnedClock: Sendable {
  private let time: Mutex<Instant>

  init(_ start: Instant = Instant(microseconds: 1_772_438_400_000_000)) {  // 2026-03-02T08:00:00Z
    time = Mutex(start)
  }

  var now: Instant { time.withLock { $0 } }
  func turn(seconds: Int) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// The authority of the whole test run: its RSA keys take a while to make.
let sharedAuthority: Result<SandboxAuthority, any Error> = Result {
  atexit { try? FileManager.default.removeItem(atPath: sharedFolder) }
  return try SandboxAuthority(folder: sharedFolder)
}

private let sharedFolder = FileManager.default.temporaryDirectory
  .appending(path: "bankid-tests-\(UUID().uuidString)").path(percentEncoded: false)

extension SandboxAuthority {
  /// A verifier that trusts this sandbox only.
  nonisolated func verifier(window: Int = 300) throws -> EvidenceVerifier {
    try EvidenceVerifier(
      rootPEM: rootPEM, ocspWindowSeconds: window, nonceRule: .sha256OfDocument)
  }
}

let tolvan = SandboxPerson.defaults[0]
let astrid = SandboxPerson.defaults[1]

/// A sandbox with its server running, and a client of it.
struct BankIDWorld: Sendable {
  let clock: TurnedClock
  let sandbox: SandboxBankID
  let client: BankIDClient
  let baseURL: String
}

/// Runs `body` against a real loopback server over mutual TLS.
func withBankID(_ body: @Sendable (BankIDWorld) async throws -> Void) async throws {
  let authority = try sharedAuthority.get()
  let clock = TurnedClock()
  let sandbox = SandboxBankID(authority: authority, now: { clock.now })
  let server = SandboxBankIDServer(sandbox, logger: .quiet)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.run() }
    let baseURL = try await server.baseURL()
    let client = try BankIDClient(relyingParty(authority.tls, baseURL), logger: .quiet)
    do {
      try await body(
        BankIDWorld(clock: clock, sandbox: sandbox, client: client, baseURL: baseURL))
    } catch {
      await client.shutdown()
      throw error
    }
    await client.shutdown()
    group.cancelAll()
    while let ended = await group.nextResult() { _ = ended }
  }
}

func relyingParty(_ tls: SandboxTLS, _ baseURL: String) -> BankIDRelyingParty {
  BankIDRelyingParty(
    baseURL: baseURL, certificatePEM: tls.relyingPartyCertificate, keyPEM: tls.relyingPartyKey,
    trustRootsPEM: tls.serverRoot)
}
