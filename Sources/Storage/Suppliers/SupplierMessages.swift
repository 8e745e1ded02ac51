import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension SupplierAccountFound {
  var message: Bureau_Facts_V1_SupplierAccountFound {
    .with {
      $0.supplierKey = supplierKey
      $0.displayName = displayName
      $0.countryCode = countryCode
      $0.account = account.message
      $0.payment = payment.data
      $0.maker = maker?.data ?? Data()
      $0.changed = isChange
      $0.paidBefore = wasPaidBefore
    }
  }

  init(_ m: Bureau_Facts_V1_SupplierAccountFound) throws {
    self.init(
      supplierKey: m.supplierKey, displayName: m.displayName, countryCode: m.countryCode,
      account: try AccountNumber(m.account), payment: try m.payment.id(),
      maker: try m.maker.optionalID(), isChange: m.changed, wasPaidBefore: m.paidBefore)
  }
}

extension SupplierAccountConfirmed {
  var message: Bureau_Facts_V1_SupplierAccountConfirmed {
    .with {
      $0.supplierKey = supplierKey
      $0.account = account.message
      $0.user = user.data
    }
  }

  init(_ m: Bureau_Facts_V1_SupplierAccountConfirmed) throws {
    self.init(
      supplierKey: m.supplierKey, account: try AccountNumber(m.account), user: try m.user.id())
  }
}

extension SupplierAccountRejected {
  var message: Bureau_Facts_V1_SupplierAccountRejected {
    .with {
      $0.supplierKey = supplierKey
      $0.account = account.message
      $0.user = user.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_SupplierAccountRejected) throws {
    self.init(
      supplierKey: m.supplierKey, account: try AccountNumber(m.account), user: try m.user.id(),
      reason: m.reason)
  }
}

extension SupplierBlocked {
  var message: Bureau_Facts_V1_SupplierBlocked {
    .with {
      $0.supplierKey = supplierKey
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_SupplierBlocked) throws {
    self.init(supplierKey: m.supplierKey, reason: m.reason)
  }
}
