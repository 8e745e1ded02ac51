import BureauAPI
import Crypto
import Domain
import Engine
import EngineSQLite
import Formats
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf

/// A bureau with companies, an accountant with a session, and invoices without end: the same in
/// every run, but for random ids and salts, which are made as the server makes them.
struct Workload: Sendable {
  static let method = "bureau.v1.PaymentService/ImportInvoice"
  static let secret = "bench-session"
  static let sources = {
    var sources = Sources.system
    // Fixed, so that no session runs out and every run writes the same times.
    sources.now = { time }
    return sources
  }()

  /// Where nothing else is said.
  static let companyCount = 100
  static let time = Instant(rfc3339: "2026-03-02T08:00:00Z") ?? Instant(microseconds: 0)

  static let bureau = id(Bureau.self, 0xB0, 1)
  static let accountant = id(User.self, 0xA0, 1)
  static let session = Session(
    id: id(Session.self, 0xA1, 1), user: accountant, startTime: time, lastUseTime: time)

  /// The accountant, found by the session as at every call.
  static func caller(_ database: any Database) async throws -> Caller {
    let access = Access(database: database, sessionLimits: Session.Limits(), now: sources.now)
    return try await access.caller(["authorization": "Bearer \(secret)"])
  }

  static func id<Of>(_: Of.Type, _ kind: UInt64, _ number: UInt64) -> ID<Of> {
    TenantKey(high: kind, low: number &* 0x9E37_79B9_7F4A_7C15).id()
  }

  /// Where command `number` acts.
  static func place(_ number: Int, of companies: Int = companyCount) -> Place {
    Place(bureau: bureau, company: id(Company.self, 0xC0, UInt64(number % companies)))
  }

  /// Opens a database with all tables at `path`.
  static func open(_ path: String) async throws -> SQLiteDatabase {
    let database = try await SQLiteDatabase.open(path: path)
    try await database.migrate(Schema.migrations)
    return database
  }

  /// Makes the bureau, its companies, the accountant with the role and the session.
  static func fill(
    _ database: any Database, companies: Int = companyCount, role: Role = .accountant
  ) async throws {
    let numbers = organisationNumbers(companies)
    let number = try OrganisationNumber("923609016", country: .no)
    var facts: [Fact] = [
      .bureauCreated(
        BureauCreated(
          bureau: Bureau(
            id: bureau, displayName: "Nordlys Regnskap", organisationNumber: number,
            createTime: time))),
      .userCreated(
        UserCreated(
          user: User(
            id: accountant, kind: .person, displayName: "Kari Solberg",
            email: "kari@nordlys.example", nationalIDDigest: nil, createTime: time))),
      .roleAssigned(
        RoleAssigned(
          assignment: RoleAssignment(
            id: id(RoleAssignment.self, 0xA2, 0), user: accountant, company: nil,
            role: role))),
      .licenceOrdered(
        LicenceOrdered(
          licence: Licence(
            customerNumber: "100200", administrator: accountant, administratorName: "Kari Solberg",
            administratorEmail: "kari@nordlys.example", packages: Set(ServicePackage.allCases),
            orderTime: time))),
      .termsAccepted(TermsAccepted(version: TermsOfService.version, user: accountant)),
      .packagesChosen(PackagesChosen(company: nil, grants: PackageGrant.all)),
    ]
    for index in 0..<companies {
      facts.append(
        .companyCreated(
          CompanyCreated(
            company: Company(
              id: place(index, of: companies).company, displayName: "Verksted \(index) AS",
              organisationNumber: numbers[index], street: "Havnegata \(index)",
              postalCode: "8006", town: "Bodø", createTime: time))))
      // Two approvers each: others' roles are there, and must not make the command dearer.
      for approver in [2 * index + 1, 2 * index + 2] {
        facts.append(
          .roleAssigned(
            RoleAssigned(
              assignment: RoleAssignment(
                id: id(RoleAssignment.self, 0xA2, UInt64(approver)),
                user: id(User.self, 0xA3, UInt64(approver)),
                company: place(index, of: companies).company, role: .approver))))
      }
    }
    let home = Place(bureau: bureau), made = facts
    try await database.write(as: home.scope) { tx in
      let head = try Journal.lock(home, in: tx)
      let origin = Origin(
        place: home, actor: nil, session: nil, requestID: "fill",
        requestDigest: Call.digest("fill", []), time: time, salt: { sources.random(16) })
      try Journal.append(made, after: head, by: origin, in: tx)
      try IdentityTables.start(session, hash: Access.hash(secret), of: bureau, in: tx)
    }
    // Each journal has its head from the beginning: the C side only moves heads.
    let group = GroupCommit(database)
    try await byCallers(64, count: companies) { index in
      let place = place(index, of: companies)
      try await group.submit(as: place.scope) { _ = try Journal.lock(place, in: $0) }
    }
  }

  /// The first numbers with a right check digit.
  private static func organisationNumbers(_ count: Int) -> [OrganisationNumber] {
    var found: [OrganisationNumber] = []
    for candidate in 810_000_000..<999_999_999 where found.count < count {
      guard let number = try? OrganisationNumber("\(candidate)", country: .no) else { continue }
      found.append(number)
    }
    return found
  }

  /// Invoice `number` as its supplier sends it.
  static func document(_ number: Int) -> [UInt8] {
    let supplier = suppliers[number / companyCount % suppliers.count]
    return Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
        xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
        xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
      <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
      <cbc:ID>\(100_000 + number)</cbc:ID><cbc:IssueDate>2026-02-16</cbc:IssueDate>
      <cbc:DueDate>2026-03-16</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
      <cbc:DocumentCurrencyCode>NOK</cbc:DocumentCurrencyCode>
      <cac:AccountingSupplierParty><cac:Party><cac:PostalAddress><cac:Country>
      <cbc:IdentificationCode>NO</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
      <cac:PartyLegalEntity><cbc:RegistrationName>\(supplier.name)</cbc:RegistrationName>
      <cbc:CompanyID schemeID="0192">\(supplier.number)</cbc:CompanyID></cac:PartyLegalEntity>
      </cac:Party></cac:AccountingSupplierParty>
      <cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity>
      <cbc:RegistrationName>Nordlys Verksted AS</cbc:RegistrationName>
      <cbc:CompanyID schemeID="0192">923609016</cbc:CompanyID></cac:PartyLegalEntity>
      </cac:Party></cac:AccountingCustomerParty>
      <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
      <cbc:PaymentID>20260010447106</cbc:PaymentID><cac:PayeeFinancialAccount>
      <cbc:ID>86011117947</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
      <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="NOK">\(1000 + number % 9000).00\
      </cbc:PayableAmount></cac:LegalMonetaryTotal>
      <cac:InvoiceLine><cbc:ID>1</cbc:ID><cac:Item><cbc:Name>Strøm januar 2026</cbc:Name>
      </cac:Item></cac:InvoiceLine></Invoice>
      """.utf8)
  }

  static let suppliers = [
    (name: "Elbolaget AS", number: "988077917"), (name: "Fjordbygg AS", number: "974760673"),
  ]

  /// The request that carries invoice `number`.
  static func request(
    _ number: Int, of companies: Int = companyCount
  ) -> Bureau_V1_ImportInvoiceRequest {
    .with {
      $0.parent = ResourceName.company(place(number, of: companies))
      $0.content = Data(document(number))
      $0.requestID = "bench-\(number)"
    }
  }
}
