package import BureauAPI
import Connectors
import GRPCCore
import Primitives
package import Sandbox
import Server
import SwiftProtobuf

/// A bureau whose server takes Norwegian BankID too, with the sandbox's OpenID provider over real
/// HTTPS.
package struct Norway: Sendable {
  package let bureau: TestBureau
  package let provider: SandboxOpenID
  /// An approver of the company with this national id.
  package let ingrid: SandboxNorwegian
  /// Her user.
  package let name: String

  /// An agreement for Ingrid to sign, with the link that was sent to her.
  package func sendsAgreement() async throws -> (
    kim: Person, agreement: Bureau_V1_Agreement, link: String
  ) {
    let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
    var request = kim.agreementRequest(signer: alex, at: try bureau.company)
    request.agreement.signer.displayName = ingrid.name
    request.agreement.signer.nationalID = ingrid.nationalID.digits
    let wanted = request
    let made = try await kim.calls { connection, metadata in
      try await connection.agreements.createAgreement(wanted, metadata: metadata)
    }
    let agreement = try await kim.sends(made)
    guard let link = try await kim.pageLinks(about: agreement.name).first else {
      throw TestFault("no link was sent")
    }
    return (kim, agreement, link)
  }
}

package func withNorway(_ body: @Sendable (Norway) async throws -> Void) async throws {
  try await withBureau { bureau in
    let world = bureau.world, clock = world.clock, logger = world.log.logger
    let provider = try SandboxOpenID(
      party: SandboxOpenIDParty(
        clientID: "bureau", clientSecret: "s3cret/+ %", redirectURL: ""),
      now: { clock.now })
    let tls = try world.authority
    let server = SandboxOpenIDServer(
      provider, certificateChain: tls.serverCertificate, privateKey: tls.serverKey,
      logger: logger)
    let serving = Task { try await server.run() }
    let party = OpenIDRelyingParty(
      issuer: try await server.issuer(), clientID: "bureau", clientSecret: "s3cret/+ %",
      redirectURL: { (try? world.pagesURL).map { $0 + Pages.returnPath } },
      trustRootsPEM: tls.authorityCertificate)
    let client = try OpenIDClient(party, now: { clock.now }, logger: logger)
    let outcome: Result<Void, any Error>
    do {
      try await world.restart(
        redirecting: NorwegianBankID(
          client, party, allowsSynthetic: true, random: Sources.system.random))
      await provider.setRedirect(try world.pagesURL + Pages.returnPath)
      guard let ingrid = provider.people.first else { throw TestFault("nobody is Norwegian") }
      let name = try await user(ingrid, bureau)
      outcome = .success(
        try await body(Norway(bureau: bureau, provider: provider, ingrid: ingrid, name: name)))
    } catch { outcome = .failure(error) }
    await client.shutdown()
    serving.cancel()
    _ = await serving.result
    try outcome.get()
  }
}

private func user(_ person: SandboxNorwegian, _ bureau: TestBureau) async throws -> String {
  let robin = try bureau.administrator
  let user = try await robin.calls { connection, metadata in
    try await connection.tenancy.createUser(
      .with {
        $0.parent = bureau.name
        $0.user.displayName = person.name
        $0.user.kind = .person
        $0.user.nationalID = person.nationalID.digits
        $0.requestID = robin.newRequestID()
      }, metadata: metadata)
  }
  try await robin.givesRole(.approver, to: user.name, at: try bureau.company)
  return user.name
}
