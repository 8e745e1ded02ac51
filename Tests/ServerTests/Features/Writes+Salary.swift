import BureauAPI
import Foundation
import SwiftProtobuf
import TestKit

extension Write {
  static let salaries = [
    write("SalaryService/ImportSalaryBatch", Bureau_V1_ImportSalaryBatchRequest.self) { office in
      let pat = try await office.payroll("Pat")
      let company = try office.bureau.company.name
      return (
        pat,
        { request, variant in
          request.parent = company
          request.content = Data(SalaryTests.table(variant.isOther ? "31001" : "31000").utf8)
          request.format = .csv
          request.payDate = "2026-03-25"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    }
  ]
}
