import BureauAPI
import Foundation
import SwiftProtobuf

extension Probes {
  static let postings: [String: Make] = [
    "bureau.v1.PostingService/PostInvoice": probe(Bureau_V1_PostInvoiceRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PostingService/SetAutomaticPosting": probe(
      Bureau_V1_SetAutomaticPostingRequest.self
    ) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.mode = .payments
      $0.requestID = $1.requestID
    },
    "bureau.v1.PostingService/GetAutomaticPosting": probe(
      Bureau_V1_GetAutomaticPostingRequest.self
    ) { $0.name = "\($1.company)/agreements/\($1.nothing)" },
  ]
}
