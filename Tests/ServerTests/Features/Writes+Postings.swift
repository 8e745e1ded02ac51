import BureauAPI
import TestKit

extension Write {
  static let postings = [
    write("PostingService/PostInvoice", Bureau_V1_PostInvoiceRequest.self) { office in
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
    write("PostingService/SetAutomaticPosting", Bureau_V1_SetAutomaticPostingRequest.self) {
      office in
      let agreement = try await office.kim.seesAgreements().first?.name ?? ""
      return (
        office.kim,
        { request, variant in
          request.name = agreement
          request.mode = variant.isOther ? .bundles : .payments
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
