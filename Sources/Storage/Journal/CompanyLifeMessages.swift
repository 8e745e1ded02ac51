// Facts about companies and users after they were made.

import Domain
import Facts
import Primitives
import SwiftProtobuf

extension CompanyUpdated {
  var message: Bureau_Facts_V1_CompanyUpdated {
    .with {
      $0.company = company.data
      $0.displayName = displayName
      $0.street = street
      $0.postalCode = postalCode
      $0.town = town
    }
  }

  init(_ m: Bureau_Facts_V1_CompanyUpdated) throws {
    self.init(
      company: try m.company.id(), displayName: m.displayName, street: m.street,
      postalCode: m.postalCode, town: m.town)
  }
}

extension CompanyClosed {
  var message: Bureau_Facts_V1_CompanyClosed {
    .with {
      $0.company = company.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_CompanyClosed) throws {
    self.init(company: try m.company.id(), reason: m.reason)
  }
}

extension UserUpdated {
  var message: Bureau_Facts_V1_UserUpdated {
    .with {
      $0.user = user.data
      $0.displayName = displayName
      $0.email = email
    }
  }

  init(_ m: Bureau_Facts_V1_UserUpdated) throws {
    self.init(user: try m.user.id(), displayName: m.displayName, email: m.email)
  }
}

extension UserBlocked {
  var message: Bureau_Facts_V1_UserBlocked {
    .with {
      $0.user = user.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_UserBlocked) throws {
    self.init(user: try m.user.id(), reason: m.reason)
  }
}
