import Connectors
import Logging
import Primitives
import Sandbox
import Server

/// The sandbox's Norwegian BankID and its connection to the server beside it.
struct SandboxNorway: Sendable {
  let provider: SandboxOpenID
  let server: SandboxOpenIDServer
  private let authority: Authority
  private let secret: String

  init(
    _ authority: Authority, now: @escaping @Sendable () -> Instant, logger: Logger
  ) throws {
    self.authority = authority
    secret = Sources.system.secret()
    // Where people come back to is known once the pages listen.
    provider = try SandboxOpenID(
      party: SandboxOpenIDParty(clientID: Self.clientID, clientSecret: secret, redirectURL: ""),
      now: now)
    server = SandboxOpenIDServer(
      provider, certificateChain: authority.serverCertificate, privateKey: authority.serverKey,
      logger: logger)
  }

  private static let clientID = "bureau-sandbox"

  func wiring(
    _ issuer: String, _ address: PagesAddress, _ sources: Sources, logger: Logger
  ) throws -> OpenIDWiring {
    try OpenIDWiring(
      OpenIDRelyingParty(
        issuer: issuer, clientID: Self.clientID, clientSecret: secret,
        redirectURL: { OpenIDWiring.redirectURL(address) },
        trustRootsPEM: authority.authorityCertificate), sources, logger: logger)
  }
}
