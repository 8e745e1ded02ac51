import BureauAPI
import Domain
import SwiftProtobuf
import TestKit
import Testing

extension Write {
  /// Suppliers and their accounts.
  static let suppliers = [
    write("PaymentService/DismissDuplicates", Bureau_V1_DismissDuplicatesRequest.self) { office in
      try await office.kim.imports(SupplierInvoice())
      try await office.bureau.turnClock(to: "2026-03-02T08:05:00Z")
      let twin = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.reference = SupplierInvoice().reference })
      return (
        office.kim,
        { request, variant in
          request.name = named(twin.name, variant)
          request.reason = "Two months"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "SupplierService/ConfirmSupplierAccounts", Bureau_V1_ConfirmSupplierAccountsRequest.self
    ) { office in
      let payee = try await payee(office)
      return (
        office.alex,
        { request, variant in
          request.parent = company(of: payee.supplier)
          request.accounts = [named(payee.account, variant)]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("SupplierService/RejectSupplierAccount", Bureau_V1_RejectSupplierAccountRequest.self) {
      office in
      let payee = try await payee(office)
      return (
        office.alex,
        { request, variant in
          request.name = named(payee.account, variant)
          request.reason = "It is not theirs"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("SupplierService/BlockSupplier", Bureau_V1_BlockSupplierRequest.self) { office in
      let payee = try await payee(office)
      return (
        office.alex,
        { request, variant in
          request.name = named(payee.supplier, variant)
          request.reason = "A dispute"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("SupplierService/UnblockSupplier", Bureau_V1_UnblockSupplierRequest.self) { office in
      let payee = try await payee(office)
      try await office.alex.blocks(supplier: payee.supplier, "A dispute")
      return (
        office.alex,
        { request, variant in
          request.name = named(payee.supplier, variant)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]

  private static func payee(_ office: Office) async throws -> Bureau_V1_PayeeAccount {
    try await office.kim.imports(SupplierInvoice()).payeeAccount
  }

  @Sendable private static func company(of name: String) -> String {
    name.split(separator: "/").prefix(4).joined(separator: "/")
  }
}
