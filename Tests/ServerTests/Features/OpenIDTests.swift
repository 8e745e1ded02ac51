import AsyncHTTPClient
import BureauAPI
import Connectors
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Logging
import NIOHTTP1
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Norwegian BankID end to end: our server, the sandbox's OpenID provider over real HTTPS, and a
/// person with a browser.
@Suite(.everyEngine) struct OpenIDTests {
  private func login(_ bureau: TestBureau) async throws -> Bureau_V1_Order {
    try await Refused.calling {
      try await Connection(client: bureau.world.client).identity.startLogin(
        .with {
          $0.parent = bureau.name
          $0.eid = .bankidNo
        })
    }
  }

  private func collect(_ order: Bureau_V1_Order, _ bureau: TestBureau) async throws
    -> Bureau_V1_Order
  {
    try await Refused.calling {
      try await Connection(client: bureau.world.client).identity.collectOrder(
        .with { $0.name = order.name })
    }
  }

  /// What the person reads whose browser follows the redirect to our pages.
  private func follow(_ location: String, _ bureau: TestBureau) async throws -> String {
    try await PageVisitor.run(in: bureau.world) { try await $0.follows(location).heading }
  }

  /// The person goes through with it at the provider; where the browser is sent.
  private func approve(
    _ order: Bureau_V1_Order, _ norway: Norway, as person: SandboxNorwegian? = nil
  ) async throws -> String {
    let person = person ?? norway.ingrid
    return try await norway.provider.approve(person.nationalID.digits, link: order.openURL)
  }

  private static let taken = "Thank you", over = "Not completed"

  private func refusal<Answer>(_ body: () async throws -> Answer) async throws -> Refused {
    do { _ = try await body() } catch let refused as Refused { return refused }
    throw TestFault("was not refused")
  }

  @Test func `a person logs in with Norwegian BankID`() async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, order = try await login(bureau)
      #expect(order.eid == .bankidNo)
      #expect(order.qrText.isEmpty && order.autoStartToken.isEmpty)
      let link = try #require(URLComponents(string: order.openURL))
      let fields = try #require(Form.fields(link.percentEncodedQuery ?? ""))
      #expect(fields["code_challenge_method"] == "S256")
      #expect(fields["prompt"] == "login")
      // The order's own name, which collects the session, goes nowhere.
      #expect(!order.openURL.contains(order.name.suffix(32)))
      #expect(try await collect(order, bureau).state == .pending)
      let location = try await approve(order, norway)
      let visited = try await PageVisitor.run(in: bureau.world) { visitor in
        let path = location.dropFirst(try bureau.world.pagesURL.count)
        // Whoever only looks uses nothing up.
        #expect(try await visitor.asks(.HEAD, String(path)).status == 404)
        return try await visitor.follows(location)
      }
      #expect(try visited.heading == Self.taken)
      #expect(visited.headers.first(name: "referrer-policy") == "no-referrer")
      let done = try await collect(order, bureau)
      #expect(done.state == .complete)
      #expect(done.session.user == norway.name)
      #expect(!done.session.token.isEmpty)
      // Each link works once, and its code stands in no line of the log.
      #expect(try await follow(location, bureau) == Self.over)
      let code = try #require(
        Form.fields(URLComponents(string: location)?.percentEncodedQuery ?? ""))
      #expect(!bureau.world.log.lines.joined().contains(try #require(code["code"])))
    }
  }

  private static let faults: [(OpenIDFault, String)] = [
    (.wrongNonce, "EVIDENCE_OTHER_CONTENT"), (.wrongAudience, "EVIDENCE_REFUSED"),
    (.wrongIssuer, "EVIDENCE_REFUSED"), (.expired, "EVIDENCE_REFUSED"),
    (.oldLogin, "EVIDENCE_REFUSED"), (.noNationalID, "EVIDENCE_REFUSED"),
    // Not kept at all: no key of the provider's has signed it.
    (.wrongKey, "failed"), (.unsigned, "failed"), (.changedClaim, "failed"),
  ]

  @Test(arguments: faults) func `an answer that cannot be believed logs nobody in`(
    fault: OpenIDFault, reason: String
  ) async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, order = try await login(bureau)
      await norway.provider.inject(fault)
      let heading = try await follow(try await approve(order, norway), bureau)
      #expect(heading == (reason == "failed" ? Self.over : Self.taken))
      if reason == "failed" {
        #expect(try await collect(order, bureau).state == .failed)
      } else {
        #expect(try await refusal { try await collect(order, bureau) }.reason == reason)
      }
      #expect(try await collect(order, bureau).session.token.isEmpty)
    }
  }

  @Test(arguments: [OpenIDFault.lowLevel, .ellipticKey])
  func `a login may be of the substantial level, and signed with another good key`(
    fault: OpenIDFault
  ) async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, order = try await login(bureau)
      await norway.provider.inject(fault)
      _ = try await follow(try await approve(order, norway), bureau)
      #expect(try await collect(order, bureau).state == .complete)
    }
  }

  @Test func `who turns back, comes late, or is a stranger is not let in`() async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, world = bureau.world
      let declined = try await login(bureau)
      let turnedBack = try await norway.provider.decline(link: declined.openURL)
      #expect(try await follow(turnedBack, bureau) == Self.over)
      #expect(try await collect(declined, bureau).state == .failed)

      let foreign = try await login(bureau)
      _ = try await follow(
        try await approve(foreign, norway, as: norway.provider.people[1]), bureau)
      #expect(try await refusal { try await collect(foreign, bureau) }.reason == "LOGIN_REFUSED")

      let late = try await login(bureau)
      let location = try await approve(late, norway)
      world.clock.turn(to: world.clock.now.adding(minutes: 10))
      #expect(try await follow(location, bureau) == Self.over)
      #expect(try await collect(late, bureau).state == .failed)
    }
  }

  @Test func `a code is good for its own order, by its own verifier, once`() async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, mine = try await login(bureau), other = try await login(bureau)
      func fields(_ link: String) throws -> [String: String] {
        try #require(Form.fields(URLComponents(string: link)?.percentEncodedQuery ?? ""))
      }
      let way = try bureau.world.pagesURL + Pages.returnPath
      // Another's code with my state: the verifier is not its own (PKCE).
      let stolen = try #require(try fields(try await approve(other, norway))["code"])
      let state = try #require(try fields(mine.openURL)["state"])
      let mixed = try await follow("\(way)?code=\(stolen)&state=\(state)", bureau)
      // The code was refused; BankID did answer.
      #expect(mixed == "Not completed")
      #expect(try await collect(mine, bureau).state == .pending)
      // Used up by that, it helps its own order no more.
      let own = try #require(try fields(other.openURL)["state"])
      #expect(try await follow("\(way)?code=\(stolen)&state=\(own)", bureau) != Self.taken)
      #expect(try await collect(other, bureau).state == .pending)
      // My own code with a state that nobody was given, or none.
      let location = try await approve(mine, norway)
      let code = try #require(try fields(location)["code"])
      for wrong in ["\(state.dropLast(4))AAAA", "nonsense", ""] {
        #expect(try await follow("\(way)?code=\(code)&state=\(wrong)", bureau) == Self.over)
      }
      #expect(try await collect(mine, bureau).state == .pending)
      #expect(try await follow(location, bureau) == Self.taken)
      #expect(try await collect(mine, bureau).state == .complete)
    }
  }

  @Test func `an agreement is signed by the person named, not by another (A-10)`() async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, company = try bureau.company
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      var request = kim.agreementRequest(signer: alex, at: company)
      request.agreement.signer.displayName = norway.ingrid.name
      request.agreement.signer.nationalID = norway.ingrid.nationalID.digits
      let wanted = request
      let made = try await kim.calls { connection, metadata in
        try await connection.agreements.createAgreement(wanted, metadata: metadata)
      }
      let sent = try await kim.sends(made)
      let secret = try #require(try await kim.links(about: sent.name).first)
      func start() async throws -> Bureau_V1_Order {
        try await Refused.calling {
          try await Connection(client: bureau.world.client).agreements.startAgreementSignature(
            .with {
              $0.name = sent.name
              $0.linkSecret = secret
              $0.eid = .bankidNo
            })
        }
      }
      let foreign = try await start()
      _ = try await follow(
        try await approve(foreign, norway, as: norway.provider.people[1]), bureau)
      let refused = try await bureau.refusal { try await collect(foreign, bureau) }
      #expect(refused.reason == "AGREEMENT_OTHER_SIGNER")
      let order = try await start()
      #expect(!order.visibleText.isEmpty)
      #expect(try await follow(try await approve(order, norway), bureau) == Self.taken)
      #expect(try await collect(order, bureau).state == .complete)
      #expect(try await kim.sees(sent).signTime.seconds > 0)
    }
  }

  /// The address of the identity provider on a page that waits.
  private func address(on page: VisitedPage) throws -> String {
    let link = try #require(try page.finds(#"<a class="button" id="open" href="([^"]*)""#).first)
    return link.replacing("&amp;", with: "&")
  }

  @Test func `a signer starts Norwegian BankID on the page and comes back to it (A-10, A-11)`()
    async throws
  {
    try await withNorway { norway in
      let bureau = norway.bureau, (kim, agreement, link) = try await norway.sendsAgreement()
      try await PageVisitor.run(in: bureau.world, language: "nb") { visitor in
        let page = try await visitor.follows(link)
        // First for whoever reads Norwegian, the Swedish ones after it.
        #expect(
          try page.finds(#"name="device" value="([a-z]*)""#) == ["norway", "elsewhere", "here"])
        let waiting = try await visitor.presses("/sign", "norway", on: page)
        #expect(waiting.path.hasSuffix("/order") && !waiting.text.contains("id=\"code\""))
        // The other BankID's other device has no place here.
        #expect(!waiting.text.contains("name=\"device\""))
        let open = try address(on: waiting)
        // Somebody else goes through with it: told so, and the agreement stays unsigned.
        let stranger = norway.provider.people[1].nationalID.digits
        _ = try await visitor.follows(try await norway.provider.approve(stranger, link: open))
        let refused = try await visitor.goes(to: Pages.donePath)
        #expect(try refused.heading == "Feil person")
        #expect(try await kim.sees(agreement).state == .sentForSigning)
        let again = try await visitor.presses(
          "/sign", "norway", on: try await visitor.goes(to: page.path))
        let location = try await norway.provider.approve(
          norway.ingrid.nationalID.digits, link: try address(on: again))
        let back = try await visitor.follows(location)
        #expect(try back.heading == "Takk")
        // The browser goes on by itself, to the page that waits.
        #expect(back.text.contains("1; url=\(Pages.donePath)"))
        let done = try await visitor.goes(to: Pages.donePath)
        #expect(try done.heading == "Avtalen er signert")
        #expect(try await kim.sees(agreement).state == .active)
        // Nothing waits any more: a kind word, and no way anywhere.
        #expect(try await visitor.goes(to: Pages.donePath).heading == "Takk")
      }
      // Whoever reads another language has the Swedish ones first.
      try await PageVisitor.run(in: bureau.world, language: "sv") { visitor in
        let page = try await visitor.goes(to: "/b/\(bureau.id.hex)")
        #expect(
          try page.finds(#"name="device" value="([a-z]*)""#) == ["elsewhere", "here", "norway"])
      }
    }
  }

  @Test func `a consent is given with Norwegian BankID on the page (C-01, C-05)`() async throws {
    try await withNorway { norway in
      let bureau = norway.bureau
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      try await alex.signs(try await kim.registersAgreement(signer: alex))
      let company = try bureau.company.name, ingrid = norway.name
      let invitation = try await kim.calls { connection, metadata in
        try await connection.consents.createConsentInvitation(
          .with {
            $0.parent = company
            $0.consentInvitation.user = ingrid
            $0.consentInvitation.bank = "dnb"
            $0.consentInvitation.email = "ingrid@example.com"
            $0.requestID = kim.newRequestID()
          }, metadata: metadata)
      }
      let link = try #require(try await kim.pageLinks(about: invitation.name).first)
      try await PageVisitor.run(in: bureau.world, language: "nb") { visitor in
        let page = try await visitor.follows(link)
        let waiting = try await visitor.presses("/sign", "norway", on: page)
        _ = try await visitor.follows(
          try await norway.provider.approve(
            norway.ingrid.nationalID.digits, link: try address(on: waiting)))
        let done = try await visitor.goes(to: Pages.donePath)
        #expect(try done.heading == "Samtykket er gitt")
      }
      let mark = try await kim.seesMarks().users.first { $0.user == ingrid }
      #expect(mark?.consent == true && mark?.banks == ["dnb"])
    }
  }

  @Test func `without a Norwegian provider no page offers it, and none can be asked for it`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await PageVisitor.run(in: bureau.world, language: "nb") { visitor in
        let page = try await visitor.follows(link)
        #expect(try page.finds(#"name="device" value="([a-z]*)""#) == ["elsewhere", "here"])
        var (path, form) = try visitor.filled("/sign", "here", on: page)
        form[form.count - 1].1 = "norway"
        #expect(try await visitor.goes(.POST, to: path, form: form).status == 409)
      }
    }
  }

  @Test func `payments are not signed with Norwegian BankID`() async throws {
    try await withNorway { norway in
      let bureau = norway.bureau
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      try await alex.signs(agreement)
      try await alex.consents()
      let payment = try await kim.imports(SupplierInvoice()), company = try bureau.company.name
      try await alex.confirmsPayees(of: [payment.name])
      let refused = try await bureau.refusal {
        try await alex.calls { connection, metadata in
          try await connection.payments.startPaymentSignature(
            .with {
              $0.parent = company
              $0.payments = [payment.name]
              $0.eid = .bankidNo
            }, metadata: metadata)
        }
      }
      #expect(refused.reason == "EID_NOT_FOR_PAYMENTS")
    }
  }

  @Test(arguments: [nil, OpenIDFault.lowLevel])
  func `a consent is given at the high level only, and its evidence is kept as it came (C-01)`(
    fault: OpenIDFault?
  ) async throws {
    try await withNorway { norway in
      let bureau = norway.bureau, company = try bureau.company
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      try await alex.signs(agreement)
      let start = try await login(bureau)
      _ = try await follow(try await approve(start, norway), bureau)
      let token = try await collect(start, bureau).session.token
      let order = try await Refused.calling {
        try await Connection(client: bureau.world.client).consents.startConsent(
          .with {
            $0.parent = company.name
            $0.bank = "dnb"
            $0.eid = .bankidNo
          }, metadata: ["authorization": "Bearer \(token)"])
      }
      #expect(!order.visibleText.isEmpty)
      await norway.provider.inject(fault)
      _ = try await follow(try await approve(order, norway), bureau)
      if fault != nil {
        let refused = try await refusal { try await collect(order, bureau) }
        #expect(refused.reason == "EVIDENCE_REFUSED")
        #expect(refused.message.contains("level"))
        return
      }
      #expect(try await collect(order, bureau).state == .complete)
      let given = try #require(
        try await bureau.facts(of: company).lazy.compactMap { entry -> ConsentGiven? in
          if case .consentGiven(let fact) = entry.fact { fact } else { nil }
        }.first)
      let blob = try await bureau.world.database.read(as: company.place.scope) { tx in
        try Blobs.load(given.evidenceDigest, of: company.place, in: tx)
      }
      let bytes = Data(try #require(blob))
      let kept = try #require(
        try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
      #expect((kept["id_token"] as? String)?.split(separator: ".").count == 3)
      #expect((kept["jwk"] as? [String: Any])?["kty"] as? String == "RSA")
    }
  }
}
