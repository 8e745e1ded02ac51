import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import SwiftProtobuf
import Testing

@Suite struct TenancyCommandTests {
  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.wire.on(Tenancy.ListCompanies.self) { _ in
      .with {
        $0.companies = [
          .with {
            $0.name = "\(CommandRig.bureau)/companies/1"
            $0.displayName = "Fjord Fisk AS"
            $0.organisationNumber = "923609016"
          },
          .with {
            $0.name = "\(CommandRig.bureau)/companies/2"
            $0.displayName = "Twin"
          },
          .with {
            $0.name = "\(CommandRig.bureau)/companies/3"
            $0.displayName = "Twin"
          },
        ]
      }
    }
    rig.wire.on(Tenancy.GetCompany.self) { request in .with { $0.name = request.name } }
    return rig
  }

  @Test func `the bureau is made with the bootstrap token and stored in the context`() async throws
  {
    let rig = try CommandRig()
    try rig.write("id", "190001019876\n")
    try rig.write("token", "bootstrap\n")
    let ca = rig.path("ca.pem")
    await rig.run("context", "add", "new", "--server", "bureau.example:8443", "--ca", ca)
    rig.wire.on(Tenancy.CreateBureau.self) { _ in .with { $0.name = "bureaus/b" } }
    let code = await rig.run(
      "init", "--name", "Tall AS", "--organisation-number", "923609016", "--country", "NO",
      "--administrator-name", "Kim", "--administrator-email", "kim@example.com",
      "--administrator-national-id-file", rig.path("id"), "--bootstrap-token-file",
      rig.path("token"))
    #expect(code == 0)
    #expect(rig.wire.tokens == ["Bearer bootstrap"])
    let request = try #require(rig.wire.requests(of: Tenancy.CreateBureau.self).first)
    #expect(request.administrator.nationalID == "190001019876")
    #expect(!request.requestID.isEmpty)
    let contexts = try Contexts.load(ConfigurationFolder(path: rig.path("config")))
    #expect(contexts.contexts["new"]?.bureau == "bureaus/b")
  }

  @Test(arguments: [
    ("fjord fisk as", "1"), ("923609016", "1"),
    ("0000000000000000000000000000000d", "0000000000000000000000000000000d"),
    ("bureaus/x/companies/y", "y"),
  ])
  func `a company is found by name, number or id`(text: String, id: String) async throws {
    let rig = try rig()
    #expect(await rig.run("company", "get", text) == 0)
    let request = try #require(rig.wire.requests(of: Tenancy.GetCompany.self).first)
    #expect(request.name.hasSuffix("/\(id)"))
  }

  @Test(arguments: [("Nobody", 5, "NAME_UNKNOWN"), ("Twin", 2, "NAME_AMBIGUOUS")])
  func `a company that is not one is refused`(text: String, code: Int32, reason: String)
    async throws
  {
    let rig = try rig()
    #expect(await rig.run("payment", "list", "--company", text) == code)
    #expect(rig.notes.joined().contains(reason))
  }

  @Test func `the company in use is kept in the context`() async throws {
    let rig = try rig()
    #expect(await rig.run("company", "use", "Fjord Fisk AS") == 0)
    let contexts = try Contexts.load(ConfigurationFolder(path: rig.path("config")))
    #expect(contexts.contexts["test"]?.company == "\(CommandRig.bureau)/companies/1")
  }

  @Test func `it is shown which company is active, before anything is made there (A-26)`()
    async throws
  {
    let rig = try rig()
    rig.wire.on(Tenancy.GetCompany.self) { request in
      .with {
        $0.name = request.name
        $0.displayName = "Fjord Fisk AS"
        $0.organisationNumber = "923609016"
        $0.state = .active
      }
    }
    rig.wire.on(Identity.GetSession.self) { request in .with { $0.name = request.name } }
    rig.wire.on(Agreements.CreateAgreement.self) { $0.agreement }
    #expect(await rig.run("company", "use", "Fjord Fisk AS") == 0)
    #expect(rig.notes == ["working for Fjord Fisk AS"])
    #expect(await rig.run("whoami") == 0)
    #expect(rig.output.contains("company: ") && rig.output.contains("Fjord Fisk AS (923609016)"))
    try rig.write("id", "190001019876\n")
    let code = await rig.run(
      "agreement", "create", "--bank", "dnb", "--account", "86011117947", "--currency", "NOK",
      "--signer-name", "Alex", "--signer-mobile", "+4791234567", "--signer-email",
      "alex@example.com", "--signer-national-id-file", rig.path("id"))
    #expect(code == 0)
    #expect(rig.notes.first == "company: Fjord Fisk AS")
    let request = try #require(rig.wire.requests(of: Agreements.CreateAgreement.self).first)
    #expect(request.parent == "\(CommandRig.bureau)/companies/1")
  }

  @Test func `a service user's token goes before the session`() async throws {
    let rig = try rig()
    #expect(await rig.run("company", "list") == 0)
    #expect(await rig.run("company", "list", environment: ["BUREAU_TOKEN": "service"]) == 0)
    #expect(rig.wire.tokens == ["Bearer session-token", "Bearer service"])
  }

  @Test func `a role is for one company, or for the whole bureau when that is said`() async throws {
    let rig = try rig()
    rig.wire.on(Tenancy.CreateRoleAssignment.self) { $0.roleAssignment }
    let user = "\(CommandRig.bureau)/users/u"
    #expect(await rig.run("role", "assign", "--user", user, "--role", "accountant") == 0)
    #expect(
      await rig.run("role", "assign", "--user", user, "--role", "reader", "--whole-bureau") == 0)
    let requests = rig.wire.requests(of: Tenancy.CreateRoleAssignment.self)
    #expect(requests.map(\.roleAssignment.company) == [CommandRig.company, ""])
    #expect(requests.map(\.roleAssignment.role) == [.accountant, .reader])
  }

  @Test func `a token can go into a private file instead of the screen`() async throws {
    let rig = try rig()
    rig.wire.on(Tenancy.CreateToken.self) { request in
      .with {
        $0.name = "\(request.parent)/tokens/t"
        $0.secret = "very-secret"
        $0.expireTime = request.token.expireTime
      }
    }
    let user = "\(CommandRig.bureau)/users/u"
    let file = rig.path("secret")
    #expect(await rig.run("token", "create", "--user", user, "--secret-file", file) == 0)
    #expect(!rig.output.contains("very-secret"))
    #expect(FileManager.default.contents(atPath: file) == Data("very-secret\n".utf8))
    // 90 days after 2026-03-02T08:00:00Z.
    #expect(rig.output.contains("2026-05-31T08:00:00Z"))
  }

  @Test func `a person needs a national id and a service user has none`() async throws {
    let rig = try rig()
    #expect(await rig.run("user", "create", "--name", "Kim") == 2)
    #expect(await rig.run("user", "create", "--name", "ERP", "--kind", "service") == 8)
  }

  @Test func `a secret file holds one line`() async throws {
    let rig = try rig()
    try rig.write("two", "a\nb\n")
    #expect(
      await rig.run("user", "create", "--name", "Kim", "--national-id-file", rig.path("two")) == 6)
  }

  @Test func `logging out forgets the session even when the server has`() async throws {
    let rig = try rig()
    rig.wire.on(Identity.DeleteSession.self) { _ in
      throw RPCError(code: .unauthenticated, message: "ended")
    }
    #expect(await rig.run("logout") == 0)
    let folder = ConfigurationFolder(path: rig.path("config"))
    #expect(try StoredSessions.load(folder).isEmpty)
  }

  @Test(arguments: [
    (false, true, true, 1, "integrity:    BROKEN"),
    (false, false, false, 1, "integrity:    BROKEN"),
    (true, false, false, 9, "completeness: BROKEN"), (true, true, false, 10, "not shown"),
    (true, true, true, 0, "completeness: ok"),
  ])
  func `the server's verdict has an ending of its own for each question`(
    integrity: Bool, completeness: Bool, isShown: Bool, code: Int32, text: String
  ) async throws {
    let rig = try rig()
    rig.wire.on(Audit.VerifyAudit.self) { _ in
      .with {
        $0.integrity = integrity
        $0.completeness = completeness
        $0.completenessShown = isShown
      }
    }
    #expect(await rig.run("audit", "verify") == code)
    #expect(rig.output.contains(text), "\(rig.output)")
  }

  @Test func `the doctor looks at certificate, server and session`() async throws {
    let rig = try rig()
    rig.wire.on(Grpc_Health_V1_Health.Method.Check.self) { _ in .with { $0.status = .serving } }
    rig.wire.on(Identity.GetSession.self) { _ in .with { $0.displayName = "Kim" } }
    #expect(await rig.run("doctor") == 0)
    #expect(rig.output.contains("TLS 1.3"))
    rig.wire.on(Grpc_Health_V1_Health.Method.Check.self) { _ in
      throw RPCError(code: .unavailable, message: "away")
    }
    #expect(await rig.run("doctor") == 7)
  }
}
