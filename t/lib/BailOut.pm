# A test that bails out ends its own file, not the whole run.
package BailOut;
use strict;
use warnings;
use Test::Builder;

no warnings 'redefine';
*Test::Builder::BAIL_OUT = sub {
    my ($self, $reason) = @_;
    $self->ok(0, 'bailed out: ' . ($reason // 'no reason given'));
    exit 255;
};

1;
