import BureauAPI
import Foundation
import SwiftProtobuf
import TestKit

extension Write {
  private static let file = """
    kind,supplier,organisation_number,country,number,amount,currency,account,due_date,reference
    invoice,Elbolaget AS,988077917,NO,104471,7155.00,NOK,86011117947,2026-03-16,Invoice 104471
    credit_note,Elbolaget AS,988077917,NO,K55,155.00,NOK,,,

    """

  /// A supplier ledger's open records.
  static let openItems = [
    write("OpenItemService/ImportOpenItems", Bureau_V1_ImportOpenItemsRequest.self) { office in
      let parent = try office.bureau.company.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.content = Data(file.replacing("K55", with: variant.isOther ? "K56" : "K55").utf8)
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("OpenItemService/SubmitOpenItems", Bureau_V1_SubmitOpenItemsRequest.self) { office in
      let parent = try office.bureau.company.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.items = [
            .with {
              $0.kind = .creditNote
              $0.supplier.displayName = "Elbolaget AS"
              $0.number = variant.isOther ? "K56" : "K55"
              $0.amount.minorUnits = 100
              $0.amount.currencyCode = "NOK"
            }
          ]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("OpenItemService/LinkOpenItems", Bureau_V1_LinkOpenItemsRequest.self) { office in
      let items = try await office.kim.importsItems(file).items
      return (
        office.kim,
        { request, variant in
          request.payment = named(items[0].payment, variant)
          request.items = [items[1].openItem.name]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("OpenItemService/UnlinkOpenItems", Bureau_V1_UnlinkOpenItemsRequest.self) { office in
      let items = try await office.kim.importsItems(file).items
      try await office.kim.setsOff([items[1].openItem], against: items[0].payment)
      return (
        office.kim,
        { request, variant in
          request.payment = named(items[0].payment, variant)
          request.items = [items[1].openItem.name]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
