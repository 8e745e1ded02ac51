import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension SalaryBatchImported {
  var message: Bureau_Facts_V1_SalaryBatchImported {
    .with {
      $0.batch = batch.data
      $0.format = format.rawValue
      $0.fileDigest = Data(fileDigest)
      $0.contentDigest = Data(contentDigest)
      $0.payDate = payDate.iso
      $0.paymentCount = Int32(paymentCount)
      $0.total = total.message
    }
  }

  init(_ m: Bureau_Facts_V1_SalaryBatchImported) throws {
    self.init(
      batch: try m.batch.id(), format: try m.format.named(), fileDigest: Array(m.fileDigest),
      contentDigest: Array(m.contentDigest), payDate: try m.payDate.date(),
      paymentCount: Int(m.paymentCount), total: try Money(m.total))
  }
}
