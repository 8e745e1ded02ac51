import BureauAPI
import GRPCCore
import Primitives
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// What belongs to another company or bureau is as if it were not there (invariant T).
@Suite(.everyEngine) struct TenantTests {
  @Test func `another company's payment under one's own name is not found`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let theirs = try await lee.imports(SupplierInvoice(), at: other)

      var renamed = theirs
      renamed.name = "\(try bureau.company.name)/payments/\(theirs.name.suffix(32))"
      var absent = theirs
      absent.name = renamed.name.dropLast(32) + String(repeating: "cd", count: 16)
      for act in [
        { try await office.kim.sees($0) }, { try await office.kim.acknowledges($0) },
        { try await office.kim.deletes($0) }, { try await office.kim.restores($0) },
        { try await office.kim.records(.executed, of: $0) },
        { payment in
          try await office.kim.corrects(payment, "due_date") { $0.dueDate = "2026-03-18" }
        },
      ] as [(Bureau_V1_Payment) async throws -> Bureau_V1_Payment] {
        let hidden = try await bureau.refusal { try await act(renamed) }
        #expect(hidden.reason == "PAYMENT_NOT_FOUND")
        #expect(try await bureau.refusal { try await act(absent) } == hidden)
        let named = try await bureau.refusal { try await act(theirs) }
        #expect(named.code == .permissionDenied)
      }
      let signing = try await bureau.refusal { try await office.alex.startsSigning(renamed) }
      #expect(signing.reason == "PAYMENT_NOT_FOUND")
      #expect(try await lee.sees(theirs) == theirs)
    }
  }

  @Test func `two companies' payments are not signed together (L-02)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let mine = try await office.kim.imports(SupplierInvoice())
      let theirs = try await lee.imports(SupplierInvoice(), at: other)
      let refused = try await bureau.refusal {
        try await office.alex.startsSigning([mine, theirs])
      }
      #expect(refused.reason == "NAME_MALFORMED")
      #expect(refused.fields == ["payments[1]"])
    }
  }

  @Test func `nobody sees another bureau's people, companies or roles (U-02, U-08)`() async throws {
    try await withBureau { bureau in
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let robin = try bureau.administrator, theirs = try other.administrator
      let before = try await other.journals()
      for act in [
        {
          _ = try await robin.calls { connection, metadata in
            try await connection.tenancy.getUser(
              .with { $0.name = theirs.name }, metadata: metadata)
          }
        },
        {
          _ = try await robin.calls { connection, metadata in
            try await connection.tenancy.createUser(
              .with {
                $0.parent = other.name
                $0.user.displayName = "Spy"
                $0.user.kind = .service
                $0.requestID = "spy"
              }, metadata: metadata)
          }
        },
        { try await robin.gives(theirs, .reader, at: nil) },
      ] as [() async throws -> Void] {
        let refused = try await bureau.refusal { try await act() }
        #expect([.permissionDenied, .notFound].contains(refused.code))
        #expect(!refused.message.contains("Annet"))
      }
      #expect(try await other.journals() == before)
    }
  }

  @Test func `no role is given on another bureau's company, by whatever name (U-02, U-09)`()
    async throws
  {
    try await withBureau { bureau in
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let robin = try bureau.administrator
      let foreign = try await other.makeCompany("Fremmed AS")
      let (before, own) = (try await other.journals(), try await bureau.journals())
      // Its own name, its id under one's own bureau, and a company that is nowhere: one answer.
      let names = [
        foreign.name, "\(bureau.name)/companies/\(foreign.key)",
        "\(bureau.name)/companies/\(String(repeating: "0", count: 31))1",
      ]
      var answers: [String] = []
      for name in names {
        let refused = try await bureau.refusal {
          _ = try await robin.calls { connection, metadata in
            try await connection.tenancy.createRoleAssignment(
              .with {
                $0.parent = bureau.name
                $0.roleAssignment.user = robin.name
                $0.roleAssignment.company = name
                $0.roleAssignment.role = .reader
                $0.requestID = robin.newRequestID()
              }, metadata: metadata)
          }
        }
        answers.append("\(refused.reason) \(refused.message)")
      }
      #expect(Set(answers).count == 1 && answers[0].hasPrefix("COMPANY_NOT_FOUND"))
      #expect(try await other.journals() == before)
      #expect(try await bureau.journals() == own)
    }
  }

  @Test func `an order's name opens nothing at another bureau`() async throws {
    try await withBureau { bureau in
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let robin = try bureau.administrator
      let order = try await robin.connection.identity.startLogin(.with { $0.parent = bureau.name })
      let refused = try await bureau.refusal {
        try await robin.connection.identity.collectOrder(
          .with { $0.name = order.name.replacing(bureau.id.hex, with: other.id.hex) })
      }
      #expect(refused.reason == "ORDER_NOT_FOUND")
    }
  }
}
