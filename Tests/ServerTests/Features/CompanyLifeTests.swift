import BureauAPI
import EngineKit
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// A company from its first day to its last.
@Suite(.everyEngine) struct CompanyLifeTests {
  @Test
  func `a company made by hand can be looked at, and works when activated (U-05, U-06, U-07)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let company = try await bureau.makeCompany("Sover AS", manually: true)
      let kim = try await bureau.accountant("Kim", at: company)
      #expect(try await kim.seesCompany(company).state == .inactive)
      let refused = try await bureau.refusal {
        try await kim.imports(SupplierInvoice(), at: company)
      }
      #expect(refused.reason == "COMPANY_INACTIVE")
      // Activating is the customer administrator's (U-07).
      let denied = try await bureau.refusal { try await kim.activates(company) }
      #expect(denied.code == .permissionDenied)
      #expect(try await robin.activates(company).state == .active)
      _ = try await kim.imports(SupplierInvoice(), at: company)
      let again = try await bureau.refusal { try await robin.activates(company) }
      #expect(again.reason == "COMPANY_ACTIVE")
    }
  }

  @Test func `a company that exists is not made again, and its state is told (U-05)`() async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let company = try await bureau.makeCompany("Sover AS", manually: true)
      let number = try await robin.seesCompany(company).organisationNumber
      func makes() async throws -> Refused {
        try await bureau.refusal {
          try await robin.calls { connection, metadata in
            try await connection.tenancy.createCompany(
              .with {
                $0.parent = bureau.name
                $0.company.displayName = "Sover AS"
                $0.company.organisationNumber = number
                $0.company.countryCode = "NO"
                $0.company.address.street = "Havnegata 14"
                $0.company.address.postalCode = "8006"
                $0.company.address.town = "Bodø"
                $0.requestID = robin.newRequestID()
              }, metadata: metadata)
          }
        }
      }
      #expect(try await makes().reason == "COMPANY_EXISTS_INACTIVE")
      try await robin.activates(company)
      #expect(try await makes().reason == "COMPANY_EXISTS")
      try await robin.closes(company)
      #expect(try await makes().reason == "COMPANY_EXISTS_CLOSED")
    }
  }

  @Test func `a company's data change, by whoever has read them last`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, company = try bureau.company
      let before = try await robin.seesCompany(company)
      let moved = try await robin.updatesCompany(
        company, "address.town", "address.postal_code", etag: before.etag
      ) {
        $0.address.town = "Ørland"
        $0.address.postalCode = "7130"
        $0.displayName = "not named in the mask"
      }
      #expect(moved.displayName == before.displayName)
      #expect(moved.address.town == "Ørland")
      #expect(moved.etag != before.etag)
      let late = try await bureau.refusal {
        try await robin.updatesCompany(company, "display_name", etag: before.etag) {
          $0.displayName = "Late AS"
        }
      }
      #expect(late.reason == "COMPANY_CHANGED_MEANWHILE")
      let number = try await bureau.refusal {
        try await robin.updatesCompany(company, "organisation_number") { _ in }
      }
      #expect(number.reason == "COMPANY_FIELD_FIXED")
      let none = try await bureau.refusal { try await robin.updatesCompany(company) { _ in } }
      #expect(none.reason == "COMPANY_NOTHING_TO_CHANGE")
    }
  }

  @Test func `companies are found by part of the name or number, users too (K-03, U-10)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let fisk = try await bureau.makeCompany("Ørland Fisk AS")
      let farm = try await bureau.makeCompany("100%_Økologisk AS")
      let number = try await robin.seesCompany(fisk).organisationNumber
      for (query, names) in [
        ("ørland", ["Ørland Fisk AS"]), ("FISK", ["Ørland Fisk AS"]),
        (number, ["Ørland Fisk AS"]),
        ("\(number.prefix(3)) \(number.dropFirst(3))", ["Ørland Fisk AS"]),
        ("0%_Ø", ["100%_Økologisk AS"]), ("nobody", []),
        ("", ["100%_Økologisk AS", "Nordlys Verksted AS", "Ørland Fisk AS"]),
      ] {
        #expect(try await robin.findsCompanies(query, pageSize: 1) == names, "\(query)")
      }
      // What is renamed is found by its new name only.
      _ = try await robin.updatesCompany(fisk, "display_name") { $0.displayName = "Hav & Land" }
      #expect(try await robin.findsCompanies("fisk") == [])
      #expect(try await robin.findsCompanies("& land") == ["Hav & Land"])

      let kim = try await bureau.accountant("Kim", at: farm)
      #expect(try await kim.findsCompanies("AS") == ["100%_Økologisk AS"])
      #expect(try await robin.findsUsers("KIM@nord") == ["Kim"])
      #expect(try await robin.findsUsers("nobody") == [])
      // The access list, narrowed to one company and to one user (U-10).
      #expect(try await robin.findsRoles("økologisk").map(\.company) == [farm.name])
      #expect(try await robin.findsRoles("kim").map(\.user) == [kim.name])
      #expect(try await robin.findsRoles("hav & land").isEmpty)
      let long = try await bureau.refusal {
        try await robin.findsCompanies(String(repeating: "x", count: 101))
      }
      #expect(long.fields == ["query"])
    }
  }

  @Test func `a company is closed when nothing can move its money any more`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, company = try bureau.company
      let robin = try bureau.administrator
      let payment = try await office.kim.imports(SupplierInvoice())
      let proposal = try await office.kim.imports(SupplierInvoice(number: "2"))
      try await office.alex.signs(payment)
      let signed = try await bureau.refusal { try await robin.closes(company) }
      #expect(signed.reason == "COMPANY_HAS_OPEN_PAYMENTS")
      #expect(signed.details.joined().contains(String(payment.name.suffix(32))))
      #expect(signed.message.contains("(1)"))
      let reasonless = try await bureau.refusal { try await robin.closes(company, reason: "") }
      #expect(reasonless.reason == "FIELD_MISSING")

      try await bureau.bankSettles(on: "2026-03-16")
      let closed = try await robin.closes(company)
      #expect(closed.state == .closed && closed.hasCloseTime)
      for act in [
        { _ = try await office.kim.imports(SupplierInvoice(number: "3")) },
        { _ = try await office.alex.startsSigning(proposal) },
        { _ = try await office.kim.acknowledges(proposal) },
        { _ = try await robin.updatesCompany(company, "display_name") { $0.displayName = "X" } },
        { _ = try await robin.activates(company) },
        { _ = try await robin.closes(company) },
      ] as [() async throws -> Void] {
        #expect(try await bureau.refusal { try await act() }.reason == "COMPANY_CLOSED")
      }
      // What is there is read, and what was paid is booked.
      #expect(try await office.kim.sees(payment).state == .paid)
      _ = try await office.kim.posts(payment)
    }
  }

  @Test func `what was begun before the company was closed is not carried out after`() async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, company = try bureau.company
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      try await bureau.administrator.closes(company)
      let refused = try await bureau.refusal { try await office.alex.approves(order) }
      #expect(refused.reason == "COMPANY_CLOSED")

      // The signer of an agreement has no session whose rights could be asked for.
      let other = try await bureau.makeCompany("Annen AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let agreement = try await lee.sends(
        try await lee.draftsAgreement(signer: office.alex, at: other))
      let link = try #require(try await office.alex.links(to: agreement).first)
      let opened = try await office.alex.opens(link, to: agreement)
      try await bureau.administrator.closes(other)
      let late = try await bureau.refusal { try await office.alex.approves(opened) }
      #expect(late.reason == "COMPANY_CLOSED")
    }
  }
}
