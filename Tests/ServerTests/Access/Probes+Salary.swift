import BureauAPI
import Foundation
import SwiftProtobuf

extension Probes {
  static let salaries: [String: Make] = [
    "bureau.v1.SalaryService/ImportSalaryBatch": probe(Bureau_V1_ImportSalaryBatchRequest.self) {
      $0.parent = $1.company
      $0.content = Data("no table".utf8)
      $0.format = .csv
      $0.requestID = $1.requestID
    },
    "bureau.v1.SalaryService/GetSalaryBatch": probe(Bureau_V1_GetSalaryBatchRequest.self) {
      $0.name = "\($1.company)/salaryBatches/\($1.nothing)"
    },
    "bureau.v1.SalaryService/ListSalaryBatches": probe(Bureau_V1_ListSalaryBatchesRequest.self) {
      $0.parent = $1.company
    },
  ]
}
