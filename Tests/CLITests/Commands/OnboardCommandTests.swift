import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import SwiftProtobuf
import Testing

@Suite struct OnboardCommandTests {
  static let file = """
    version: 1
    bureau: {organisation_number: 974760673, country: NO}
    people:
      - {key: kari, name: Kari Nordmann, email: kari@example.com, mobile: "+4791234567"}
    clients:
      - name: Fjord Fisk AS
        organisation_number: 988077917
        country: NO
        address: {street: Havnegata 1, postal_code: "8006", town: Bodø}
        roles: {approver: [kari]}
        agreements:
          - {bank: dnb, account: "12345678903", currency: NOK, signer: kari}

    """

  func rig(
    _ state: Bureau_V1_BureauState = .init(), changes: Bureau_V1_ListChangesResponse = .init()
  ) throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    try rig.write("bureau.yaml", Self.file)
    try rig.write("ids.yaml", "kari: \"10915596784\"\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: rig.path("ids.yaml"))
    var whole = state
    whole.bureau = .with {
      $0.name = CommandRig.bureau
      $0.organisationNumber = "974760673"
      $0.countryCode = "NO"
    }
    let told = whole
    rig.wire.onStream(Onboardings.ReadBureauState.self) { _ in
      // In two parts, as a server with many companies does.
      var first = told
      first.companies = []
      return [first, .with { $0.companies = told.companies }]
    }
    rig.wire.on(Onboardings.ResolvePeople.self) { request in
      .with { $0.personReferences = request.nationalIds.map { "ref-\($0.suffix(2))" } }
    }
    rig.wire.on(Onboardings.ListChanges.self) { _ in changes }
    rig.wire.on(Onboardings.ApplyCompany.self) { request in
      .with {
        $0.company = CommandRig.company
        $0.done.companyCreated = true
        $0.done.usersCreated = Int32(request.people.count)
      }
    }
    return rig
  }

  /// As the file wants it, but for what a test changes.
  func applied(
    digest: String = "", _ change: (inout Bureau_V1_CompanyState) -> Void = { _ in }
  ) -> Bureau_V1_BureauState {
    let user = "\(CommandRig.bureau)/users/0000000000000000000000000000000a"
    var company = Bureau_V1_CompanyState.with {
      $0.company.name = CommandRig.company
      $0.company.displayName = "Fjord Fisk AS"
      $0.company.organisationNumber = "988077917"
      $0.company.countryCode = "NO"
      $0.company.address.street = "Havnegata 1"
      $0.company.address.postalCode = "8006"
      $0.company.address.town = "Bodø"
      $0.roleAssignments = [
        .with {
          $0.name = "\(CommandRig.bureau)/roleAssignments/0000000000000000000000000000000e"
          $0.user = user
          $0.role = .approver
        }
      ]
      $0.agreements = [
        .with {
          $0.agreement.name = "\(CommandRig.company)/agreements/0000000000000000000000000000000f"
          $0.agreement.state = .sentForSigning
          $0.agreement.kind = .remittance
          $0.agreement.bank = "dnb"
          $0.agreement.account.form = .noBban
          $0.agreement.account.text = "12345678903"
          $0.agreement.currencyCode = "NOK"
          $0.agreement.signer.displayName = "Kari Nordmann"
          $0.agreement.signer.mobile = "+4791234567"
          $0.agreement.signer.email = "kari@example.com"
          $0.signerReference = "ref-84"
        }
      ]
      $0.contentDigest = digest
      $0.applySequence = 7
    }
    change(&company)
    let made = company
    return .with {
      $0.users = [
        .with {
          $0.user.name = user
          $0.user.kind = .person
          $0.user.displayName = "Kari Nordmann"
          $0.user.email = "kari@example.com"
          $0.personReference = "ref-84"
        }
      ]
      $0.companies = [made]
    }
  }

  @Test func `a plan shows what is missing and ends with 11; for programs as JSON`() async throws {
    let rig = try rig()
    let files = [rig.path("bureau.yaml"), "--national-ids", rig.path("ids.yaml")]
    #expect(await rig.run("onboard", "plan", files[0], files[1], files[2]) == 11)
    #expect(
      rig.output == """
        + Fjord Fisk AS (988077917)
            + company
            + user kari
            + role approver for kari
            + agreement dnb NO_BBAN:12345678903, sent to kari

        """)
    #expect(await rig.run("onboard", "plan", files[0], files[1], files[2], "-o", "json") == 11)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(rig.output.utf8)) as? [String: Any])
    let clients = try #require(json["clients"] as? [[String: Any]])
    let changes = try #require(clients.first?["changes"] as? [[String: Any]])
    #expect(
      changes.map { $0["kind"] as? String } == [
        "create_company", "create_user", "give_role", "create_agreement",
      ])
    #expect(rig.wire.requests(of: Onboardings.ApplyCompany.self).isEmpty)
  }

  @Test func `where all is as the file says a plan ends with 0`() async throws {
    let rig = try rig(applied())
    #expect(await rig.run("onboard", "plan", rig.path("bureau.yaml")) == 0)
    #expect(rig.output == "")
  }

  @Test func `all findings are told with line and column, and nothing is asked or applied`()
    async throws
  {
    let rig = try rig()
    let file = rig.path("bureau.yaml")
    try rig.write(
      "bureau.yaml",
      Self.file.replacingOccurrences(of: "bank: dnb", with: "bank: dbn")
        .replacingOccurrences(of: "988077917", with: "988077918"))
    #expect(await rig.run("onboard", "apply", file) == 6)
    #expect(rig.notes.count == 3)
    #expect(rig.notes[0].hasPrefix("\(file):7:26: ORGANISATION_NUMBER_INVALID: "))
    #expect(rig.notes[1].hasPrefix("\(file):12:16: BANK_UNKNOWN: "))
    #expect(rig.notes[2] == "2 findings: nothing was applied")
    #expect(await rig.run("onboard", "plan", file, "-o", "json") == 6)
    #expect(rig.output.hasPrefix(#"{"findings":[{"column":26,"#))
    #expect(rig.wire.requests(of: Onboardings.ReadBureauState.self).isEmpty)
  }

  @Test func `what only the server knows is found too, before anything is applied`() async throws {
    let rig = try rig()
    #expect(await rig.run("onboard", "apply", rig.path("bureau.yaml")) == 6)
    #expect(rig.notes[0].contains(":4:5: NATIONAL_ID_MISSING: "))
    #expect(rig.wire.requests(of: Onboardings.ApplyCompany.self).isEmpty)
  }

  @Test func `national ids that others may read are refused`() async throws {
    let rig = try rig()
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: rig.path("ids.yaml"))
    let code = await rig.run(
      "onboard", "plan", rig.path("bureau.yaml"), "--national-ids", rig.path("ids.yaml"))
    #expect(code == 6)
    #expect(rig.notes.first?.contains("FILE_NOT_PRIVATE") == true)
    #expect(!rig.notes.joined().contains("10915596784"))
  }

  @Test func `apply sends each client whole, with a request id that a repeat finds again`()
    async throws
  {
    let rig = try rig()
    let files = [rig.path("bureau.yaml"), "--national-ids", rig.path("ids.yaml")]
    for _ in 0..<2 {
      #expect(await rig.run("onboard", "apply", files[0], files[1], files[2]) == 0)
    }
    let requests = rig.wire.requests(of: Onboardings.ApplyCompany.self)
    #expect(requests.count == 2 && requests[0] == requests[1])
    let request = try #require(requests.first)
    #expect(request.people.map(\.nationalID) == ["10915596784"])
    #expect(request.roles.map(\.role) == [.approver])
    #expect(request.agreements.map(\.account.text) == ["12345678903"])
    #expect(request.requestID == "onboard/\(request.contentDigest)/0")
    #expect(!request.validateOnly)
    #expect(await rig.run("onboard", "apply", files[0], files[1], files[2], "--dry-run") == 0)
    #expect(rig.wire.requests(of: Onboardings.ApplyCompany.self).last?.validateOnly == true)
  }

  @Test func `one client's failure does not stop the others and ends with 1`() async throws {
    let rig = try rig()
    let second = Self.file.components(separatedBy: "clients:\n")[1]
      .replacingOccurrences(of: "988077917", with: "974760673")
      .replacingOccurrences(of: "12345678903", with: "86011117947")
      .replacingOccurrences(of: "Fjord Fisk AS", with: "Andre AS")
    try rig.write("bureau.yaml", Self.file + second)
    rig.wire.on(Onboardings.ApplyCompany.self) { request in
      guard request.company.displayName == "Andre AS" else {
        throw RPCError(code: .failedPrecondition, message: "no")
      }
      return .with { $0.company = CommandRig.company }
    }
    let code = await rig.run(
      "onboard", "apply", rig.path("bureau.yaml"), "--national-ids", rig.path("ids.yaml"))
    #expect(code == 1)
    #expect(rig.wire.requests(of: Onboardings.ApplyCompany.self).count == 2)
    #expect(rig.notes.last == "1 clients applied, 0 as the file says, 1 failed")
    #expect(
      await rig.run(
        "onboard", "apply", rig.path("bureau.yaml"), "--national-ids", rig.path("ids.yaml"),
        "--only", "andre as", "-o", "json") == 0)
    #expect(rig.output.contains(#""applied":1,"clients":[{"company""#))
    #expect(
      await rig.run("onboard", "apply", rig.path("bureau.yaml"), "--only", "nobody") == 5)
  }

  @Test func `drift is what was changed by hand, not what the file says anew`() async throws {
    let plain = try rig(applied { $0.roleAssignments[0].role = .reader })
    let file = plain.path("bureau.yaml")
    // Without a trace of an application it is the file that is new.
    #expect(await plain.run("onboard", "drift", file) == 0)
    // The digest that an application would have sent.
    #expect(await plain.run("onboard", "apply", file) == 0)
    let digest = try #require(
      plain.wire.requests(of: Onboardings.ApplyCompany.self).first?.contentDigest)
    let user = "\(CommandRig.bureau)/users/0000000000000000000000000000000a"
    func role(_ kind: Bureau_V1_CompanyChange.Kind, _ role: Bureau_V1_Role, _ seconds: Int64)
      -> Bureau_V1_CompanyChange
    {
      .with {
        $0.kind = kind
        $0.user = user
        $0.role = role
        $0.actorDisplayName = "Lina Berg"
        $0.createTime.seconds = 1_772_440_200 + seconds
      }
    }
    let rig = try rig(
      applied(digest: digest) { $0.roleAssignments[0].role = .reader },
      // Newest first; another role's change explains nothing.
      changes: .with {
        $0.changes = [
          role(.roleTaken, .accountant, 90), role(.roleTaken, .approver, 60),
          role(.roleTaken, .approver, 0),
        ]
      })
    #expect(await rig.run("onboard", "drift", rig.path("bureau.yaml")) == 11)
    #expect(
      rig.output == """
        Fjord Fisk AS (988077917)
            kari has lost the role approver – Lina Berg, 2026-03-02T08:31:00Z
            kari was given the role reader

        """)
    let asked = try #require(rig.wire.requests(of: Onboardings.ListChanges.self).first)
    #expect(asked.parent == CommandRig.company)
  }

  @Test func `what was imported needs nothing`() async throws {
    let rig = try rig(applied())
    #expect(await rig.run("onboard", "import") == 0)
    try rig.write("imported.yaml", rig.output)
    #expect(await rig.run("onboard", "plan", rig.path("imported.yaml")) == 0)
  }

  @Test func `the status shows signers and consents and who is waited for`() async throws {
    let rig = try rig(applied())
    #expect(await rig.run("onboard", "status", "--waiting") == 0)
    #expect(rig.output.contains("agreement dnb 1234.56.78903  Kari Nordmann  SENT_FOR_SIGNING"))
    let signed = try self.rig(applied { $0.agreements[0].agreement.state = .active })
    #expect(await signed.run("onboard", "status", "--waiting") == 0)
    #expect(signed.output.contains("consent dnb  Kari Nordmann  NONE"))
  }

  @Test(
    arguments: [
      ([(Bureau_V1_ConsentInvitation.State.open, 1)], nil, "LINK OPEN"),
      ([(.declined, 1)], nil, "LINK DECLINED"),
      ([(.expired, 1), (.open, 2)], nil, "LINK OPEN"),
      ([(.open, 9)], .expiring, "EXPIRING, LINK OPEN"),
      ([(.used, 1)], .expiring, "EXPIRING"),
      ([(.open, 9)], .expired, "LINK OPEN"),
      ([(.used, 1)], .revoked, "REVOKED"),
    ] as [([(Bureau_V1_ConsentInvitation.State, Int64)], Bureau_V1_Consent.State?, String)])
  func `the status shows a consent's link where that says more`(
    links: [(Bureau_V1_ConsentInvitation.State, Int64)], consent: Bureau_V1_Consent.State?,
    shown: String
  ) async throws {
    let user = "\(CommandRig.bureau)/users/0000000000000000000000000000000a"
    let rig = try rig(
      applied {
        $0.agreements[0].agreement.state = .active
        $0.consentInvitations = links.map { state, time in
          .with {
            $0.user = user
            $0.bank = "dnb"
            $0.state = state
            $0.createTime.seconds = time
          }
        }
        if let consent {
          $0.consents = [
            .with {
              $0.user = user
              $0.bank = "dnb"
              $0.state = consent
              $0.createTime.seconds = 5
            }
          ]
        }
      })
    #expect(await rig.run("onboard", "status") == 0)
    let line = try #require(rig.output.split(separator: "\n").first { $0.contains("consent dnb") })
    #expect(line.contains("Kari Nordmann  \(shown)  "))
  }

  @Test func `an example can be planned as it is written`() async throws {
    let rig = try rig()
    let ids = rig.path("example-ids.yaml")
    #expect(
      await rig.run(
        "onboard", "example", "--clients", "3", "--bureau", "974760673", "--national-ids", ids)
        == 0)
    try rig.write("example.yaml", rig.output)
    #expect(
      await rig.run("onboard", "plan", rig.path("example.yaml"), "--national-ids", ids) == 11)
    let mode = try FileManager.default.attributesOfItem(atPath: ids)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(await rig.run("onboard", "example", "--bureau", "974760674") == 2)
  }

  @Test func `a bar shows on a terminal how far it is`() async throws {
    let rig = try rig()
    let code = await rig.run(
      "onboard", "apply", rig.path("bureau.yaml"), "--national-ids", rig.path("ids.yaml"),
      noteWidth: 60)
    #expect(code == 0)
    #expect(rig.notes.contains { $0.contains("[####################] 1 of 1") })
  }
}

@Suite struct BoardCommandTests {
  @Test func `the board shows exceptions first, with what mends them`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.wire.on(Boards.ListBoard.self) { request in
      let isFirst = request.pageToken.isEmpty
      return .with {
        $0.rows = [
          .with {
            $0.displayName = isFirst ? "Alt Vel AS" : "Trøbbel AS"
            $0.organisationNumber = isFirst ? "988077917" : "974760673"
            $0.agreementMark = .green
            $0.consentMark = isFirst ? .green : .red
            $0.queues = [
              .with {
                $0.state = "PROPOSAL_COMPLETE"
                $0.count = 3
              }
            ]
            if !isFirst {
              $0.exceptions = [
                .with {
                  $0.cause = .noConsent
                  $0.mark = .red
                  $0.message = "Nobody has consented."
                  $0.owner = "Kari"
                  $0.command = "bureau consent give --bank dnb"
                }
              ]
            }
          }
        ]
        $0.nextPageToken = isFirst ? "more" : ""
      }
    }
    #expect(await rig.run("board") == 0)
    let lines = rig.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[1].hasPrefix("Trøbbel AS  974760673  G          R"))
    #expect(lines[2].hasPrefix("Alt Vel AS  988077917  G          G"))
    #expect(lines[2].contains("3 proposal-complete"))
    #expect(
      lines.contains {
        $0.hasPrefix("Trøbbel AS  RED   Nobody has consented.  Kari")
          && $0.hasSuffix("bureau consent give --bank dnb --company 974760673")
      })
    #expect(rig.notes.last == "2 companies, 1 with exceptions")
    #expect(await rig.run("board", "--exceptions", "-o", "json") == 0)
    #expect(rig.output.hasPrefix(#"{"rows":[{"#))
    #expect(rig.wire.requests(of: Boards.ListBoard.self).last?.exceptionsOnly == true)
  }
}
