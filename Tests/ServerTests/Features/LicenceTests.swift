import BureauAPI
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Ordering, accepting, and what there is no access to without.
@Suite(.everyEngine) struct LicenceTests {
  @Test
  func
    `a licence is ordered with a new bureau, and in force when the named person accepts (O-03, O-05, O-06, O-08)`()
    async throws
  {
    try await withBureau { first in
      let bureau = try await TestBureau.founded(
        in: first.world, name: "Annet Regnskap AS", accepting: false)
      let robin = try bureau.administrator, company = try bureau.company
      let kim = try await bureau.accountant("Kim")
      let licence = try await robin.calls { connection, metadata in
        try await connection.licences.getLicence(
          .with { $0.parent = bureau.name }, metadata: metadata)
      }
      #expect(licence.state == .ordered && licence.customerNumber == "100200")
      #expect(licence.administrator == robin.name)
      #expect(licence.administratorEmail == "robin@fjord.example")
      // Ordered alone gives nothing.
      let early = try await bureau.refusal { try await kim.imports(SupplierInvoice()) }
      #expect(early.reason == "PACKAGE_MISSING")
      let chosen = try await bureau.refusal {
        try await robin.choosesPackages(["bank": []], of: company)
      }
      #expect(chosen.reason == "LICENCE_MISSING")

      // Another customer administrator is not the one who was named (O-06).
      let max = try await bureau.person("Max", .customerAdministrator, at: nil)
      let other = try await bureau.refusal { try await max.acceptsTerms() }
      #expect(other.reason == "TERMS_OTHER_PERSON")
      let old = try await bureau.refusal { try await robin.acceptsTerms("1999-01") }
      #expect(old.reason == "TERMS_UNKNOWN")
      #expect(try await robin.acceptsTerms().state == .active)
      let twice = try await bureau.refusal { try await robin.acceptsTerms() }
      #expect(twice.reason == "TERMS_ACCEPTED")
      // On the bureau itself, and so for a company that has chosen nothing (O-08).
      #expect(
        try await robin.seesPackages(of: nil).packages.map(\.package)
          == ["bank", "messages", "remittance"])
      #expect(try await kim.seesPackages(of: company).inherited)
      _ = try await kim.imports(SupplierInvoice())
    }
  }

  @Test func `an order names customer number, mail address and name (O-05)`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      for (number, name, email, field) in [
        ("", "Robin", "robin@fjord.example", "customer_number"),
        ("1", " ", "robin@fjord.example", "administrator_name"),
        ("1", "Robin", "", "administrator_email"),
      ] {
        let refused = try await bureau.refusal {
          try await robin.ordersLicence(
            ["bank"], customerNumber: number, name: name, email: email)
        }
        #expect(refused.reason == "FIELD_MISSING" && refused.fields == [field])
      }
      // Kim is no customer administrator.
      _ = try await bureau.accountant("Kim")
      let unknown = try await bureau.refusal {
        try await robin.ordersLicence(["bank"], name: "Kim", email: "kim@nordlys.example")
      }
      #expect(unknown.reason == "LICENCE_ADMINISTRATOR_UNKNOWN")
      let none = try await bureau.refusal { try await robin.ordersLicence([]) }
      #expect(none.reason == "LICENCE_PACKAGES_MISSING")
      let gold = try await bureau.refusal { try await robin.ordersLicence(["gold"]) }
      #expect(gold.reason == "PACKAGE_UNKNOWN")
      let again = try await bureau.refusal { try await robin.ordersLicence(["bank"]) }
      #expect(again.reason == "LICENCE_EXISTS")
    }
  }

  @Test func `where the terms are accepted a further package is registered by itself (O-04)`()
    async throws
  {
    try await withBureau { first in
      let bureau = try await TestBureau.founded(
        in: first.world, name: "Annet Regnskap AS", accepting: false)
      let robin = try bureau.administrator
      // Ordered anew with one package, before the terms are accepted.
      #expect(try await robin.ordersLicence(["bank"]).state == .ordered)
      try await robin.acceptsTerms()
      let refused = try await bureau.refusal {
        try await robin.choosesPackages(["remittance": []], of: nil)
      }
      #expect(refused.reason == "PACKAGE_NOT_LICENSED")
      let more = try await robin.ordersLicence(["remittance"])
      #expect(more.state == .active && more.packages == ["bank", "remittance"])
      #expect(
        try await robin.seesPackages(of: nil).packages.map(\.package) == ["bank", "remittance"])
    }
  }

  @Test func `without a package, or an access inside it, there is no access (O-01, O-02, O-07)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let company = try bureau.company
      let payment = try await office.kim.imports(SupplierInvoice())
      func reason(_ act: () async throws -> Void) async throws -> String? {
        do { try await Refused.calling { try await act() } } catch let refused as Refused {
          return refused.reason
        }
        return nil
      }
      func outcome() async throws -> [String?] {
        [
          try await reason { _ = try await office.kim.sees(payment) },
          try await reason { _ = try await office.alex.startsSigning(payment) },
          try await reason { _ = try await office.alex.seesConsents() },
        ]
      }
      let remitting: [String: [String]] = ["bank": [], "remittance": [], "messages": []]
      for (chosen, expected) in [
        (remitting, [nil, nil, nil]),
        // O-07: to remit takes the remittance package too.
        (["bank": [], "messages": []], [nil, "PACKAGE_MISSING", nil]),
        (["remittance": []], ["PACKAGE_MISSING", "PACKAGE_MISSING", "PACKAGE_MISSING"]),
        // O-02: one access inside a package, without the others.
        (
          ["bank": ["payments"], "remittance": ["transfers"]],
          [nil, "PACKAGE_ACCESS_MISSING", "PACKAGE_ACCESS_MISSING"]
        ),
        ([:], ["PACKAGE_MISSING", "PACKAGE_MISSING", "PACKAGE_MISSING"]),
      ] as [([String: [String]], [String?])] {
        try await robin.choosesPackages(chosen, of: company)
        #expect(try await outcome() == expected, "\(chosen)")
      }
      // O-08: what the bureau itself does not use no company has, whatever it has chosen.
      try await robin.choosesPackages(remitting, of: company)
      try await robin.choosesPackages(["bank": []], of: nil)
      #expect(try await outcome() == [nil, "PACKAGE_MISSING", nil])
      let refused = try await bureau.refusal {
        try await robin.choosesPackages(["remittance": []], of: company)
      }
      #expect(refused.reason == "PACKAGE_MISSING")
      // What is one's own to take back is never a question of a licence.
      try await robin.choosesPackages([:], of: company)
      let consent = Bureau_V1_RevokeConsentRequest.with {
        $0.name = "\(company.name)/consents/\(company.place.company.hex)"
        $0.requestID = "revoke"
      }
      let revoking = try await bureau.refusal {
        try await office.alex.calls { connection, metadata in
          try await connection.consents.revokeConsent(consent, metadata: metadata)
        }
      }
      #expect(revoking.reason == "CONSENT_NOT_FOUND")
    }
  }

  @Test func `whatever is installed asks for a customer administrator (O-10)`() async throws {
    try await withBureau { bureau in
      let company = try await bureau.makeCompany("Hand AS", manually: true)
      for role in [.accountant, .approver, .reader, .companyAdministrator] as [Bureau_V1_Role] {
        let person = try await bureau.person("P\(role.rawValue)", role, at: nil)
        for act in [
          { _ = try await person.ordersLicence(["bank"]) }, { _ = try await person.acceptsTerms() },
          { _ = try await person.choosesPackages(["bank": []], of: nil) },
          { _ = try await person.activates(company) },
        ] as [() async throws -> Void] {
          #expect(try await bureau.refusal { try await act() }.reason == "ACCESS_DENIED", "\(role)")
        }
      }
      // A bureau without one is not made, and the token is still good.
      let world = bureau.world, citizen = try bureau.stranger()
      world.bootstrap.issue("bootstrap-alone")
      let whole = TestBureau.request("Alene AS", citizen: citizen, id: "alone")
      func makes(_ request: Bureau_V1_CreateBureauRequest) async throws -> Bureau_V1_Bureau {
        try await Refused.calling {
          try await Bureau_V1_TenancyService.Client(wrapping: world.client)
            .createBureau(request, metadata: ["authorization": "Bearer bootstrap-alone"])
        }
      }
      var nobody = whole
      nobody.clearAdministrator()
      let request = nobody
      _ = try await bureau.refusal { try await makes(request) }
      let made = try await makes(whole)
      #expect(!made.administrator.isEmpty)
    }
  }

  @Test func `a refusal for want of a package tells nobody without a role anything`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, other = try await bureau.makeCompany("Fremmed AS")
      let kim = try await bureau.accountant("Kim")
      try await robin.choosesPackages([:], of: other)
      let refused = try await bureau.refusal { try await kim.imports(SupplierInvoice(), at: other) }
      #expect(refused.reason == "ACCESS_DENIED")
    }
  }

  @Test
  func
    `made automatically a company uses the message service, by hand what is switched on (U-04, U-07)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let alex = try await bureau.approver("Alex")
      let made = try await bureau.makeCompany("Auto AS")
      let packages = try await robin.seesPackages(of: made)
      #expect(!packages.inherited && packages.packages.map(\.package).contains("messages"))
      let lee = try await bureau.accountant("Lee", at: made)
      _ = try await lee.sends(try await lee.draftsAgreement(signer: alex, at: made))

      let manual = try await bureau.makeCompany("Hand AS", manually: true)
      let kim = try await bureau.accountant("Kim", at: manual)
      _ = try await robin.calls { connection, metadata in
        try await connection.tenancy.activateCompany(
          .with {
            $0.name = manual.name
            $0.packages = [.with { $0.package = "bank" }]
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }
      let draft = try await kim.draftsAgreement(signer: alex, at: manual)
      let refused = try await bureau.refusal { try await kim.sends(draft) }
      #expect(refused.reason == "PACKAGE_MISSING")
      #expect(refused.message.contains("messages"))
    }
  }

  @Test func `packages are chosen once each, with accesses of their own`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator, company = try bureau.company
      let elsewhere = try await bureau.refusal {
        try await robin.choosesPackages(["bank": ["signing"]], of: company)
      }
      #expect(elsewhere.reason == "PACKAGE_ACCESS_ELSEWHERE")
      let unknown = try await bureau.refusal {
        try await robin.choosesPackages(["bank": ["everything"]], of: company)
      }
      #expect(unknown.reason == "PACKAGE_UNKNOWN")
      let inactive = try await bureau.makeCompany("Hand AS", manually: true)
      let early = try await bureau.refusal {
        try await robin.choosesPackages(["bank": []], of: inactive)
      }
      #expect(early.reason == "COMPANY_INACTIVE")
    }
  }
}
