import BureauAPI
import Domain
import Foundation
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// One way to change something: made ready in an office, then sent as often as a test likes.
struct Write: Sendable, CustomTestStringConvertible {
  /// `bureau.v1.PaymentService/ImportInvoice`
  var method: String
  var prepare: @Sendable (Office) async throws -> Sending

  var testDescription: String { method }

  struct Sending: Sendable {
    var caller: Person
    var request: @Sendable (Variant) throws -> [UInt8]
    /// The answer without what is told once only.
    var lasting: @Sendable ([UInt8]) throws -> [UInt8] = { $0 }
  }

  struct Variant: Sendable {
    var requestID: String
    var isDryRun = false
    /// Something else is asked for.
    var isOther = false
  }
}

extension Write {
  static let all =
    tenancy + life + people + bank + agreements + payments + holds + sealing + onboarding + sessions
    + suppliers + openItems
    + salaries + postings

  static let nothing = String(repeating: "cd", count: 16)

  static func write<Request: Message>(
    _ method: String, _: Request.Type,
    _ prepare:
      @escaping @Sendable (Office) async throws -> (
        Person, @Sendable (inout Request, Variant) -> Void
      )
  ) -> Write {
    Write(method: "bureau.v1.\(method)") { office in
      let (caller, fill) = try await prepare(office)
      return Sending(caller: caller) { variant in
        var request = Request()
        fill(&request, variant)
        return try request.serializedBytes()
      }
    }
  }

  /// The name, or that of something that does not exist.
  @Sendable static func named(_ name: String, _ variant: Variant) -> String {
    variant.isOther ? name.dropLast(32) + nothing : name
  }

  // MARK: Sessions

  private static let sessions = [
    write("IdentityService/EndSessions", Bureau_V1_EndSessionsRequest.self) { office in
      let user = office.kim.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = named(user, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    }
  ]

  // MARK: Tenancy

  private static let tenancy = [
    write("TenancyService/CreateCompany", Bureau_V1_CreateCompanyRequest.self) { office in
      let parent = office.bureau.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.parent = parent
          request.company.displayName = variant.isOther ? "Andre AS" : "Nye AS"
          request.company.organisationNumber = Numbers.organisation(77)
          request.company.countryCode = "NO"
          request.company.address.street = "Havnegata 1"
          request.company.address.postalCode = "8006"
          request.company.address.town = "Bodø"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TenancyService/CreateUser", Bureau_V1_CreateUserRequest.self) { office in
      let parent = office.bureau.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.parent = parent
          request.user.displayName = variant.isOther ? "Another program" : "A program"
          request.user.kind = .service
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "TenancyService/CreateRoleAssignment", Bureau_V1_CreateRoleAssignmentRequest.self
    ) { office in
      let parent = office.bureau.name, user = office.kim.name
      return (
        try office.bureau.administrator,
        { request, variant in
          request.parent = parent
          request.roleAssignment.user = user
          request.roleAssignment.role = variant.isOther ? .approver : .reader
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "TenancyService/DeleteRoleAssignment", Bureau_V1_DeleteRoleAssignmentRequest.self
    ) { office in
      let administrator = try office.bureau.administrator
      let role = try await administrator.gives(office.kim, .reader, at: nil)
      return (
        administrator,
        { request, variant in
          request.name = named(role.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    createToken,
    write("TenancyService/DeleteToken", Bureau_V1_DeleteTokenRequest.self) { office in
      let service = try await office.bureau.serviceUser("ERP")
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = named(service.token.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]

  private static var createToken: Write {
    var made = write("TenancyService/CreateToken", Bureau_V1_CreateTokenRequest.self) { office in
      let service = try await office.bureau.serviceUser("ERP")
      let end = office.bureau.world.clock.now.adding(days: 9).microseconds / 1_000_000
      return (
        try office.bureau.administrator,
        { request, variant in
          request.parent = service.name
          request.token.expireTime.seconds = end + (variant.isOther ? 1 : 0)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    }
    let prepare = made.prepare
    made.prepare = { office in
      var sending = try await prepare(office)
      sending.lasting = { bytes in
        var token = try Bureau_V1_Token(serializedBytes: bytes)
        token.secret = ""
        return try token.serializedBytes()
      }
      return sending
    }
    return made
  }

  // MARK: Agreements and consents

  private static let bank = [
    write("AgreementService/CreateAgreement", Bureau_V1_CreateAgreementRequest.self) { office in
      var wanted = office.kim.agreementRequest(
        signer: office.alex, at: try office.bureau.company)
      wanted.agreement.account.text = Numbers.norwegianAccount(501)
      let request = wanted
      return (
        office.kim,
        {
          $0 = request
          if $1.isOther { $0.agreement.account.text = Numbers.norwegianAccount(502) }
          $0.requestID = $1.requestID
          $0.validateOnly = $1.isDryRun
        }
      )
    },
    write("AgreementService/SendAgreement", Bureau_V1_SendAgreementRequest.self) { office in
      let company = try await office.bureau.makeCompany("Fremmed AS")
      let lee = try await office.bureau.accountant("Lee", at: company)
      let agreement = try await lee.draftsAgreement(signer: office.alex, at: company)
      return (
        lee,
        { request, variant in
          request.name = named(agreement.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("ConsentService/RevokeConsent", Bureau_V1_RevokeConsentRequest.self) { office in
      let consent = try await office.alex.seesConsents().first?.name ?? ""
      return (
        office.alex,
        { request, variant in
          request.name = named(consent, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]

  // MARK: Payments

  private static func signed(_ office: Office) async throws -> Bureau_V1_Payment {
    let payment = try await office.kim.imports(SupplierInvoice())
    try await office.alex.signs(payment)
    return payment
  }

  private static let payments = [
    write("PaymentService/ImportInvoice", Bureau_V1_ImportInvoiceRequest.self) { office in
      let parent = try office.bureau.company.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.content = Data(SupplierInvoice(number: variant.isOther ? "2" : "1").ubl.utf8)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/ImportInvoices", Bureau_V1_ImportInvoiceRequest.self) { office in
      let parent = try office.bureau.company.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.content = Data(SupplierInvoice(number: variant.isOther ? "2" : "1").ubl.utf8)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/UpdatePayment", Bureau_V1_UpdatePaymentRequest.self) { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      return (
        office.kim,
        { request, variant in
          request.payment.name = payment.name
          request.payment.dueDate = variant.isOther ? "2026-03-18" : "2026-03-17"
          request.updateMask.paths = ["due_date"]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/AcknowledgePayment", Bureau_V1_AcknowledgePaymentRequest.self) {
      office in
      let payment = try await office.kim.imports(SupplierInvoice())
      return (
        office.kim,
        { request, variant in
          request.name = named(payment.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/DeletePayment", Bureau_V1_DeletePaymentRequest.self) { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      return (
        office.kim,
        { request, variant in
          request.name = named(payment.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/ReturnPayment", Bureau_V1_ReturnPaymentRequest.self) { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      return (
        office.kim,
        { request, variant in
          request.name = named(payment.name, variant)
          request.reason = "Not ours."
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TransferService/UpdateTransferSettings", Bureau_V1_UpdateTransferSettingsRequest.self) {
      office in
      let name = try office.bureau.company.name + "/transferSettings"
      return (
        try office.bureau.administrator,
        { request, variant in
          request.transferSettings.name = name
          request.transferSettings.timing = variant.isOther ? .oneDayBefore : .immediate
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/UndeletePayment", Bureau_V1_UndeletePaymentRequest.self) { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.kim.deletes(payment)
      return (
        office.kim,
        { request, variant in
          request.name = named(payment.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/HandlePayments", Bureau_V1_HandlePaymentsRequest.self) { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      let parent = office.bureau.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.names = [named(payment.name, variant)]
          request.action = .acknowledge
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PaymentService/RecordBankCheck", Bureau_V1_RecordBankCheckRequest.self) { office in
      try office.bureau.bankIsSilent()
      let payment = try await signed(office)
      try await office.bureau.turnClock(to: "2026-03-20T08:00:00Z")
      return (
        office.kim,
        { request, variant in
          request.name = payment.name
          request.finding = variant.isOther ? .notExecuted : .executed
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PostingService/PostPayment", Bureau_V1_PostPaymentRequest.self) { office in
      let payment = try await signed(office)
      try await office.bureau.bankSettles(on: "2026-03-16")
      return (
        office.kim,
        { request, variant in
          request.name = named(payment.name, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("PostingService/PostBundle", Bureau_V1_PostBundleRequest.self) { office in
      _ = try await signed(office)
      try await office.bureau.bankSettles(on: "2026-03-16")
      let transfer = try await office.kim.seesTransfers().first?.name ?? ""
      return (
        office.kim,
        { request, variant in
          request.name = named(transfer, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]

  // MARK: Holds

  /// A file lies with the bank that the database does not know.
  private static func held(_ office: Office) async throws -> Bureau_V1_UnknownPayment {
    let payment = try await signed(office)
    try await office.bureau.bankSettles(on: "2026-03-16")
    #expect(try await office.kim.sees(payment).state == .paid)
    _ = try await office.bureau.bankHasUnknownFile()
    try await office.bureau.restart()
    try await office.bureau.settle()
    let hold = try await office.bureau.administrator.seesHold()
    #expect(hold.held)
    return try #require(hold.unknownPayments.first)
  }

  private static let holds = [
    write("TransferService/ReleaseTransferHold", Bureau_V1_ReleaseTransferHoldRequest.self) {
      office in
      _ = try await held(office)
      let robin = try office.bureau.administrator
      let hold = try await robin.seesHold()
      return (
        robin,
        { request, variant in
          request.name = hold.name
          request.digest = hold.digest
          request.reason = variant.isOther ? "Something else" : "Compared with the online bank"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("TransferService/DismissUnknownPayment", Bureau_V1_DismissUnknownPaymentRequest.self) {
      office in
      let unknown = try await held(office)
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = "\(unknown.company)/transferHold"
          request.endToEndID = unknown.endToEndID
          request.reason = variant.isOther ? "Something else" : "Not the same"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
