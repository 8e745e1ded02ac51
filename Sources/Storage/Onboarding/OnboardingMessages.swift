import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension CompanyOnboarded {
  var message: Bureau_Facts_V1_CompanyOnboarded {
    .with {
      $0.company = company.data
      $0.contentDigest = contentDigest
      $0.companyCreated = done.companyCreated
      $0.companyUpdated = done.companyUpdated
      $0.usersCreated = Int64(done.usersCreated)
      $0.usersUpdated = Int64(done.usersUpdated)
      $0.rolesGiven = Int64(done.rolesGiven)
      $0.rolesTaken = Int64(done.rolesTaken)
      $0.agreementsCreated = Int64(done.agreementsCreated)
      $0.agreementsSent = Int64(done.agreementsSent)
      $0.policySet = done.policySet
      $0.signingKeyCreated = done.signingKeyCreated
      $0.consentsInvited = Int64(done.consentsInvited)
      $0.remindersSet = done.remindersSet
    }
  }

  init(_ m: Bureau_Facts_V1_CompanyOnboarded) throws {
    var done = OnboardingCounts()
    done.companyCreated = m.companyCreated
    done.companyUpdated = m.companyUpdated
    done.usersCreated = Int(m.usersCreated)
    done.usersUpdated = Int(m.usersUpdated)
    done.rolesGiven = Int(m.rolesGiven)
    done.rolesTaken = Int(m.rolesTaken)
    done.agreementsCreated = Int(m.agreementsCreated)
    done.agreementsSent = Int(m.agreementsSent)
    done.policySet = m.policySet
    done.signingKeyCreated = m.signingKeyCreated
    done.consentsInvited = Int(m.consentsInvited)
    done.remindersSet = m.remindersSet
    self.init(company: try m.company.id(), contentDigest: m.contentDigest, done: done)
  }
}
