// Facts about licences, phones, employees and the access table.

import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension LicenceOrdered {
  var message: Bureau_Facts_V1_LicenceOrdered {
    .with {
      $0.customerNumber = licence.customerNumber
      $0.administrator = licence.administrator.data
      $0.administratorName = licence.administratorName
      $0.administratorEmail = licence.administratorEmail
      $0.packages = licence.packages.sorted().map(\.rawValue)
      $0.orderTimeUs = licence.orderTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_LicenceOrdered) throws {
    self.init(
      licence: Licence(
        customerNumber: m.customerNumber, administrator: try m.administrator.id(),
        administratorName: m.administratorName, administratorEmail: m.administratorEmail,
        packages: Set(try m.packages.map { try $0.named() }), orderTime: m.orderTimeUs.instant))
  }
}

extension TermsAccepted {
  var message: Bureau_Facts_V1_TermsAccepted {
    .with {
      $0.version = version
      $0.user = user.data
    }
  }

  init(_ m: Bureau_Facts_V1_TermsAccepted) throws {
    self.init(version: m.version, user: try m.user.id())
  }
}

extension PackagesChosen {
  var message: Bureau_Facts_V1_PackagesChosen {
    .with {
      $0.company = company?.data ?? Data()
      $0.grants = grants.map { grant in
        .with {
          $0.package = grant.package.rawValue
          $0.accesses = grant.accesses.sorted().map(\.rawValue)
        }
      }
    }
  }

  init(_ m: Bureau_Facts_V1_PackagesChosen) throws {
    self.init(
      company: try m.company.optionalID(),
      grants: try m.grants.map {
        PackageGrant(
          package: try $0.package.named(), accesses: Set(try $0.accesses.map { try $0.named() }))
      })
  }
}

extension ServiceUserLinked {
  var message: Bureau_Facts_V1_ServiceUserLinked {
    .with {
      $0.employee = employee.data
      $0.serviceUser = serviceUser?.data ?? Data()
    }
  }

  init(_ m: Bureau_Facts_V1_ServiceUserLinked) throws {
    self.init(employee: try m.employee.id(), serviceUser: try m.serviceUser.optionalID())
  }
}

extension AutomationEmployeeSet {
  var message: Bureau_Facts_V1_AutomationEmployeeSet {
    .with { $0.employee = employee?.data ?? Data() }
  }

  init(_ m: Bureau_Facts_V1_AutomationEmployeeSet) throws {
    self.init(employee: try m.employee.optionalID())
  }
}

extension PhoneEntered {
  var message: Bureau_Facts_V1_PhoneEntered {
    .with {
      $0.user = user.data
      $0.number = number.text
    }
  }

  init(_ m: Bureau_Facts_V1_PhoneEntered) throws {
    self.init(user: try m.user.id(), number: try PhoneNumber(m.number))
  }
}

extension PhoneConfirmed {
  var message: Bureau_Facts_V1_PhoneConfirmed {
    .with {
      $0.user = user.data
      $0.number = number.text
    }
  }

  init(_ m: Bureau_Facts_V1_PhoneConfirmed) throws {
    self.init(user: try m.user.id(), number: try PhoneNumber(m.number))
  }
}

extension BankSigningSet {
  var message: Bureau_Facts_V1_BankSigningSet {
    .with {
      $0.user = user.data
      $0.number = number?.text ?? ""
    }
  }

  init(_ m: Bureau_Facts_V1_BankSigningSet) throws {
    self.init(
      user: try m.user.id(), number: m.number.isEmpty ? nil : try PhoneNumber(m.number))
  }
}

extension AccessCellSet {
  var message: Bureau_Facts_V1_AccessCellSet {
    .with {
      $0.method = method
      $0.role = role.rawValue
      $0.allowed = isAllowed
    }
  }

  init(_ m: Bureau_Facts_V1_AccessCellSet) throws {
    self.init(method: m.method, role: try m.role.named(), isAllowed: m.allowed)
  }
}
