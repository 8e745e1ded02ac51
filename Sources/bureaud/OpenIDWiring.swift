import Connectors
import Foundation
import Logging
import Server

/// The connection to Norwegian BankID, and who we are to it.
struct OpenIDWiring: Sendable {
  let client: OpenIDClient
  let party: OpenIDRelyingParty

  init(_ party: OpenIDRelyingParty, _ sources: Sources, logger: Logger) throws {
    self.party = party
    do { client = try OpenIDClient(party, now: sources.now, logger: logger) } catch {
      throw Home.Fault(description: "bankid-no cannot be used: \(error.message)")
    }
  }

  /// As it is configured; nil: it is not.
  init?(
    _ configuration: ServerConfiguration, _ sources: Sources, _ address: PagesAddress,
    logger: Logger
  ) throws {
    guard let settings = configuration.bankIDNO else { return nil }
    let secret = try String(contentsOf: settings.clientSecret, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try self.init(
      OpenIDRelyingParty(
        issuer: settings.issuer, clientID: settings.clientID, clientSecret: secret,
        redirectURL: { Self.redirectURL(address) }, scope: settings.scope,
        nationalIDClaim: settings.nationalIDClaim,
        trustRootsPEM: try settings.serverTrust.map {
          try String(contentsOf: $0, encoding: .utf8)
        }), sources, logger: logger)
  }

  static func redirectURL(_ address: PagesAddress) -> String? {
    address.base.map { $0 + Pages.returnPath }
  }

  func identity(_ sources: Sources, allowsSynthetic: Bool) -> NorwegianBankID {
    NorwegianBankID(
      client, party, allowsSynthetic: allowsSynthetic, random: sources.random)
  }
}
