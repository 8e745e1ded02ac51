import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Users who are kept out, and the last one who must not be.
@Suite(.everyEngine, .timeLimit(.minutes(20))) struct UserLifeTests {
  @Test func `a blocked person's sessions end at once, and no login helps until let in again`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator, kim = try await bureau.accountant("Kim")
      let company = try bureau.company
      _ = try await kim.seesCompany(company)
      #expect(try await robin.blocks(kim, reason: "Left us").blocked)
      let out = try await bureau.refusal { try await kim.seesCompany(company) }
      #expect(out.reason == "UNAUTHENTICATED")
      kim.forgetsSession()
      #expect(try await bureau.refusal { try await kim.logsIn() }.reason == "LOGIN_REFUSED")
      let again = try await bureau.refusal { try await robin.blocks(kim) }
      #expect(again.reason == "USER_BLOCKED")
      #expect(try await robin.unblocks(kim).blocked == false)
      _ = try await kim.seesCompany(company)
      let open = try await bureau.refusal { try await robin.unblocks(kim) }
      #expect(open.reason == "USER_NOT_BLOCKED")
    }
  }

  @Test func `a session that a login began beside the block opens nothing`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      try await bureau.administrator.blocks(kim)
      // What the login's transaction would leave, had it begun before the block.
      let hash = Access.hash("slipped-in"), time = bureau.world.clock.now, id = bureau.id
      let user = try #require(ID<User>(hex: String(kim.name.suffix(32))))
      try await bureau.world.database.write(as: Place(bureau: id).scope) { tx in
        try IdentityTables.start(
          .init(id: ID(id.uuid), user: user, startTime: time, lastUseTime: time), hash: hash,
          of: id, in: tx)
      }
      for name in ["GetCompany", "ListCompanies", "GetBureau"] {
        let method = try #require(AccessTests.methods.first { $0.name == name })
        let probe = try #require(Probes.all[method.fullName])
        let request = try probe(
          Target(
            bureau: bureau.name, company: company.name, nothing: company.place.company.hex,
            requestID: "slipped"))
        let outcome = try await bureau.world.call(method, request, token: "slipped-in")
        #expect(outcome.refusal?.code == .permissionDenied, "\(name)")
      }
    }
  }

  @Test func `a blocked service user's tokens are gone for good`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, service = try await bureau.serviceUser("ERP")
      let method = try #require(AccessTests.methods.first { $0.name == "GetCompany" })
      let request: [UInt8] = try Bureau_V1_GetCompanyRequest.with {
        $0.name = try bureau.company.name
      }.serializedBytes()
      func asks(_ token: String) async throws -> Outcome {
        try await bureau.world.call(method, request, token: token)
      }
      #expect(try await asks(service.token.secret).refusal == nil)
      try await robin.blocks(service.name)
      #expect(try await asks(service.token.secret).refusal?.code == .unauthenticated)
      let refused = try await bureau.refusal {
        try await robin.issuesToken(to: service.name, days: 1)
      }
      #expect(refused.reason == "USER_BLOCKED")
      _ = try await robin.calls { connection, metadata in
        try await connection.tenancy.unblockUser(
          .with {
            $0.name = service.name
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }
      #expect(try await asks(service.token.secret).refusal?.code == .unauthenticated)
      let fresh = try await robin.issuesToken(to: service.name, days: 1)
      #expect(try await asks(fresh.secret).refusal == nil)
    }
  }

  @Test func `an open import ends with its caller's right, with nothing more sent on it`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), company = try bureau.company
      let robin = try bureau.administrator
      let token = try await kim.token(), connection = try kim.connection
      let (answers, arrival) = AsyncStream<String>.makeStream()
      let refused = await #expect(throws: Refused.self) {
        try await Refused.calling {
          try await connection.payments.importInvoices(
            metadata: ["authorization": "Bearer \(token)"]
          ) { writer in
            try await writer.write(
              .with {
                $0.parent = company.name
                $0.content = Data(SupplierInvoice().ubl.utf8)
                $0.requestID = "first"
              })
            var heard = answers.makeAsyncIterator()
            #expect(await heard.next() == "first")
            try await robin.blocks(kim)
            // Nothing more is sent: the server ends the stream by itself.
            #expect(await heard.next() == nil)
          } onResponse: { response in
            defer { arrival.finish() }
            for try await answer in response.messages { arrival.yield(answer.requestID) }
          }
        }
      }
      #expect(refused?.reason == "UNAUTHENTICATED")
    }
  }

  @Test func `what streams out ends when the right to it is taken away`() async throws {
    try await withBureau { bureau in
      let place = try bureau.company.place, robin = try bureau.administrator
      let kim = try await bureau.reader("Kim")
      let role = try await robin.gives(kim, .accountant, at: nil)
      var call = CallContext(requestID: "stream")
      call.secretHash = Access.hash(try await kim.token())
      let opened = call
      let commands = try bureau.world.server.commands
      let clock = bureau.world.clock
      let watch = StreamWatch(
        access: Access(
          database: try bureau.world.database, sessionLimits: bureau.world.sessionLimits,
          now: { clock.now }), commands: commands, interval: .milliseconds(1))
      let (begun, start) = AsyncStream<Void>.makeStream()
      let streaming = Task {
        try await watch.guarding(
          "bureau.v1.AuditService/VerifyAudit", opened, at: Place(bureau: place.bureau)
        ) {
          start.finish()
          // As an export does whose reader reads no further.
          for await _ in AsyncStream<Void>.makeStream().stream {}
          try Task.checkCancellation()
        }
      }
      for await _ in begun {}
      try await robin.takesAway(role)
      await #expect(throws: AccessError.denied) { try await streaming.value }
      // And what comes to its end by itself does so.
      try await watch.guarding("bureau.v1.AuditService/ListFacts", opened, at: place) {}
    }
  }

  @Test func `the last customer administrator stays (U-01)`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, kim = try await bureau.accountant("Kim")
      let own = try #require(try await robin.findsRoles("robin").first)
      #expect(
        try await bureau.refusal { try await robin.blocks(robin) }.reason == "LAST_ADMINISTRATOR")
      let removed = try await bureau.refusal { try await robin.takesAway(own) }
      #expect(removed.reason == "LAST_ADMINISTRATOR")
      // One in a single company, or one who is blocked, administers no bureau.
      try await robin.gives(kim, .customerAdministrator, at: try bureau.company)
      #expect(try await bureau.refusal { try await robin.takesAway(own) } == removed)
      try await robin.gives(kim, .customerAdministrator, at: nil)
      try await robin.blocks(kim)
      #expect(try await bureau.refusal { try await robin.takesAway(own) } == removed)
      try await robin.unblocks(kim)
      try await robin.takesAway(own)
      #expect(try await bureau.refusal { try await kim.blocks(kim) }.reason == "LAST_ADMINISTRATOR")
    }
  }
}
