// What people do with the books besides posting what is paid.

import BureauAPI
import Checker
import Domain
import Foundation
import Primitives
import Server
import Storage
import SwiftProtobuf

extension Town {
  /// Somebody posts an invoice, in whatever state its payment is.
  func postInvoice(_ step: Int, _ dice: inout Chance) async throws -> String {
    let all = try payments(
      in: "proposalIncomplete", "proposalComplete", "acknowledged", "signed", "processing", "paid",
      "posted")
    guard let row = dice.pick(all) else { return "no payment" }
    let id = "invoice-\(step)"
    let request = Bureau_V1_PostInvoiceRequest.with {
      $0.name = name(row)
      $0.requestID = id
    }
    let wish = Wish(requestID: id, text: short(row)) { [accountant] desk in
      try await desk(
        Bureau_V1_PostingService.Method.PostInvoice.descriptor, request, by: accountant
      ) { try await desk.postings.postInvoice(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  /// What an agreement's account has paid is posted by itself from now on, or no more.
  func setPosting(_ step: Int, _ dice: inout Chance) async throws -> String {
    let rows = try tables.rows("SELECT company, id FROM agreement ORDER BY company, id")
    guard let row = dice.pick(rows), case .blob(let place) = row[0],
      case .blob(let id) = row[1], let agreement = ID<Agreement>(bytes: id),
      let company = companies.firstIndex(where: { $0.place.company.bytes == place })
    else { return "no agreement" }
    let modes: [Bureau_V1_AutomaticPosting.Mode] = [.off, .off, .payments, .bundles]
    let mode = modes[dice.below(modes.count)]
    let requestID = "automatic-\(step)"
    let request = Bureau_V1_SetAutomaticPostingRequest.with {
      $0.name = "\(companyName(company))/agreements/\(agreement.hex)"
      $0.mode = mode
      $0.requestID = requestID
    }
    let wish = Wish(
      requestID: requestID, text: "\(mode) at company \(company + 1)",
      ask: { [accountant] desk in
        try await desk(
          Bureau_V1_PostingService.Method.SetAutomaticPosting.descriptor, request, by: accountant
        ) { try await desk.postings.setAutomaticPosting(request: $0, context: $1) }.name
      }, mayChangeNothing: true)
    return try await perform(wish, &dice)
  }
}
